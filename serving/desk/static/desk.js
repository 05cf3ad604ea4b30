// What pages do beyond links and forms: copy, select a passage, unfold, shortcuts. All of it works
// without, by other means on the page.
"use strict";

document.documentElement.classList.add("scripted");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    const field = document.getElementById(button.dataset.copy);
    const told = button.parentElement.querySelector("[data-copied]");
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = "Copied.";
    } catch {
      field.select();
      told.textContent = "Selected: copy it with the keyboard.";
    }
  }
  const link = event.target.closest('a[href^="#p"]');
  if (link) unfold(link.getAttribute("href"));
});

// A passage in a folded text is of no use.
function unfold(hash) {
  const target = /^#p\d+$/.test(hash) && document.querySelector(hash);
  if (!target) return;
  target.closest("details")?.setAttribute("open", "");
  target.focus();
}

// A selection in the text, as the form's field, start and end in code points.
document.addEventListener("selectionchange", () => {
  const fill = document.querySelector("[data-selection]");
  const selection = document.getSelection();
  if (!fill || !selection || selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const start = place(range.startContainer, range.startOffset);
  const end = place(range.endContainer, range.endOffset);
  if (!start || !end || start.field !== end.field || end.at <= start.at) return;
  const option = fill.querySelector("[data-selected]");
  option.value = `${start.field}:${start.at}:${end.at}`;
  option.textContent = `What I have selected (${end.at - start.at} characters)`;
  option.disabled = option.hidden = false;
  fill.value = option.value;
});

function place(node, offset) {
  const paragraph = (node.nodeType === 1 ? node : node.parentElement)?.closest("[data-at], h2[data-field]");
  const field = paragraph?.closest("[data-field]")?.dataset.field;
  if (!field) return null;
  const range = document.createRange();
  range.selectNodeContents(paragraph);
  range.setEnd(node, offset);
  const copy = range.cloneContents();
  copy.querySelectorAll(".why, .no").forEach((extra) => extra.remove());
  return { field, at: Number(paragraph.dataset.at ?? 0) + [...copy.textContent].length };
}

// Shortcuts of one key, unless somebody types or has switched them off: a button or link says its
// own key.
document.addEventListener("keydown", (event) => {
  if (!document.body.hasAttribute("data-shortcuts") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.matches("textarea, input, select, summary")) target.focus();
  else target.click();
});

window.addEventListener("hashchange", () => unfold(location.hash));
unfold(location.hash);

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from serving.archive.audit import Reading
from serving.archive.charts import draw_articles, draw_labels
from serving.archive.report import render_report, write_report
from serving.archive.summary import Summary, summarise
from serving.archive.wording import percent, web_link
from tests.serving.archive.tables import LABELS, invented_rows, not_checked, row, write_run

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\x00{{ 7 * 7 }}&lt;"


def summary_of(rows: list[dict[str, Any]], **other: Any) -> Summary:
    return summarise(write_run(f"memory://report-{id(rows)}", rows, **other))


@pytest.fixture(scope="module")
def summary() -> Summary:
    errors = [{"source": "a0.jsonl", "position": "line 9", "stage": "read", "reason": "no JSON"}]
    return summary_of(invented_rows(800), errors=errors)


@pytest.fixture(scope="module")
def page(summary: Summary) -> html.HtmlElement:
    return html.fromstring(render_report(summary))


def cells(page: html.HtmlElement, path: str) -> list[list[str]]:
    """The texts of a table's rows."""
    return [[" ".join(cell.text_content().split()) for cell in line] for line in page.xpath(path)]


def test_the_page_says_what_was_counted(summary: Summary, page: html.HtmlElement) -> None:
    counts = summary.counts
    shown = [one.text_content() for one in page.xpath("//dl[@class='figures']//dd")]
    assert shown[:4] == [str(n) for n in (counts.flagged, counts.clear, counts.not_checked, 1)]
    for number, label in enumerate(LABELS, 1):
        rows = cells(page, f"(//section[@id='labels']//table)[{number}]/tbody/tr")
        assert [int(line[2]) for line in rows] == counts.severities[label][::-1]
    sections = cells(page, "//section[@id='sections']//tbody/tr")
    assert sum(int(line[1]) for line in sections) == counts.articles
    slices = cells(page, "//section[@id='time']//tbody/tr")
    assert sum(int(line[1]) for line in slices) == counts.articles
    assert len(page.xpath("//ol[@class='looks']/li")) == len(summary.attention)


def test_the_page_says_whose_judgement_it_is(summary: Summary, page: html.HtmlElement) -> None:
    text = page.text_content()
    assert "Editors decide." in text
    assert "never counted as clear" in text
    assert "safe" not in render_report(summary).lower()
    for said in (summary.run, summary.made, *summary.versions.values()):
        assert said in text


def test_a_run_that_goes_on_is_said_to(summary: Summary) -> None:
    assert "not finished" not in render_report(summary)
    assert "not finished" in render_report(replace(summary, finished=False))


def test_what_strangers_wrote_stays_text() -> None:
    hostile = {"id": HOSTILE, "url": f"https://news.example/{HOSTILE}", "section": HOSTILE}
    note = [{"id": "x", "text": HOSTILE, "rules": []}]
    rows = [
        row(0, (3, 2, 0), **hostile, date=HOSTILE, notes=note, checks=note, actions=[HOSTILE]),
        row(1, (0, 0, 3), url="javascript:alert(3)", id=None, position=HOSTILE, treatment=HOSTILE),
        not_checked(2, HOSTILE, section=HOSTILE),
    ]
    errors = [{"source": "a", "position": "1", "stage": "read", "reason": HOSTILE}]
    text = render_report(summary_of(rows, errors=errors))
    page = html.fromstring(text)
    assert not page.xpath("//script | //img | //iframe | //object | //@onerror | //*[@style]")
    assert text.count("{{ 7 * 7 }}") > 5
    assert "\x00" not in text
    assert "\u202e" not in text
    assert "<script>alert(1)</script>" in page.xpath("//ol[@class='looks']/li")[0].text_content()
    assert "javascript:" in page.text_content()
    assert not [link for link in page.xpath("//@href") if not re.match(r"#|https?://", link)]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://news.example/1", True),
        ("HTTP://news.example", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//news.example/1", False),
        ("https:news", False),
        ("https://[broken", False),
        ("https://news.example/\u202e1", False),
        ("/1", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str | None, kept: bool) -> None:
    assert web_link(url) == (url if kept else None)


def test_the_page_loads_and_runs_nothing(summary: Summary, page: html.HtmlElement) -> None:
    text = render_report(summary)
    assert not page.xpath("//script | //link | //iframe | //img | //@src | //@srcset | //base")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert set(re.findall(r"url\([^)]*\)", text)) == {"url(#hatch)"}
    assert "@import" not in text
    assert "http" not in re.sub(r"https://news\.example/\d+|http-equiv", "", text)
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_charts_have_tables_and_names(page: html.HtmlElement) -> None:
    assert all(svg.get("aria-hidden") or svg.get("aria-label") for svg in page.iter("svg"))
    for table in page.iter("table"):
        assert table.xpath(".//th[@scope]")
        (width,) = {sum(1 for _ in line) for line in table.iter("tr")}
        assert width > 1
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.xpath("//nav//@href")} <= set(ids)


def bars(summary: Summary) -> Iterator[tuple[float, float]]:
    """Where each segment begins and ends, from the ground up, of all charts."""
    for chart in [
        draw_articles(summary.over_time),
        *draw_labels(summary.over_time, dict.fromkeys(LABELS, "")),
    ]:
        for bar in chart.bars:
            assert 0 <= bar.x < bar.x + bar.width <= 100
            yield from ((one.y, one.y + one.height) for one in bar.segments)


def test_bars_stay_in_their_chart(summary: Summary) -> None:
    assert all(-0.01 <= top < ground <= 120.01 for top, ground in bars(summary))


def test_bars_are_as_high_as_their_counts() -> None:
    rows = [row(n, (0, 2, 0) if n % 4 else (0, 3, 0), date="2019") for n in range(40)]
    time = summary_of(rows).over_time
    articles, (_, violence, _) = draw_articles(time), draw_labels(time, dict.fromkeys(LABELS, ""))
    assert (articles.top, violence.top) == (40, 100)
    assert [(one.style, one.height) for one in articles.bars[0].segments] == [("flagged", 120)]
    assert [(one.style, one.height) for one in violence.bars[0].segments] == [
        ("s3", 30),
        ("s2", 90),
    ]


def test_a_share_of_few_is_not_drawn() -> None:
    time = summary_of([row(n, (0, 2, 0), date="2019") for n in range(5)]).over_time
    assert not any(chart.bars[0].segments for chart in draw_labels(time, dict.fromkeys(LABELS, "")))


def test_before_anyone_has_read_the_page_says_what_reading_would_tell(
    page: html.HtmlElement,
) -> None:
    text = " ".join(page.xpath("//section[@id='audit']")[0].text_content().split())
    assert "forewarn screen report FOLDER --audit audit.csv" in text
    assert "95 % confidence" in text
    sizes = cells(page, "(//section[@id='audit']//table)[2]/tbody/tr")
    assert sizes[1] == ["300", "1 %"]


def test_once_people_have_read_the_page_says_what_was_missed(summary: Summary) -> None:
    readings = [Reading(one, len(one.sample), int(bool(one.sample))) for one in summary.strata]
    page = html.fromstring(render_report(summary, readings))
    text = " ".join(page.xpath("//section[@id='audit']")[0].text_content().split())
    assert re.search(r"called clear, about \d+ should have been flagged", text)
    assert re.search(r"95 % interval: \d+ to \d+ texts", text)
    assert re.search(r"were flagged, about \d+ should not have been", text)
    some = [replace(one, read=0, involve=0) if n == 0 else one for n, one in enumerate(readings)]
    assert "has not been read yet" in render_report(summary, some)
    assert render_report(summary, [replace(one, read=0, involve=0) for one in readings]) == (
        render_report(summary)
    )


def test_an_empty_run_has_a_page(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [])
    write_report(folder, summarise(folder))
    assert "0 of 0 articles flagged" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 9, "0.0 %"), (1, 10_000, "< 0.1 %"), (1, 3, "33.3 %"), (3, 3, "100.0 %"), (0, 0, "0.0 %")],
)
def test_what_is_there_is_never_said_to_be_nothing(part: int, whole: int, said: str) -> None:
    assert percent(part, whole).replace("\u00a0", " ") == said

/**
 * Ask Forewarn from a CMS on Node (18 on). Copy this file: it needs no package.
 *
 *     const forewarn = Forewarn.fromEnvironment(); // FOREWARN_URL, FOREWARN_KEY
 *     const answer = await forewarn.classify({ id: "story-1", title: "…", body: "<p>…</p>" });
 *     if (answer.verdict === "not_checked") show(`Not checked, because ${answer.reason}`);
 *
 * For servers only: a key does not belong into a page. Nothing rejects because Forewarn is away,
 * slow or refuses: publishing goes on, and the answer says what was not checked and why. Neither
 * key nor article is in any reason or error.
 *
 * Offsets count UTF-16 units, as strings do here: body.slice(passage.start, passage.end).
 */

const TOTAL = 3000; // ms for everything; fetch does not tell connecting from waiting
const SHARE = 0.8; // of these, for Forewarn; the rest is for the way
const VERDICTS = ["flagged", "clear", "not_checked"];
// What is the same next time: the article is refused, or the decision was another before.
const FINAL = [400, 409, 413, 415, 422];

/** There is no answer; `reason` continues 'because'. */
class Unanswered extends Error {
  constructor(reason, again = true, after = 0) {
    super(reason);
    Object.assign(this, { reason, again, after });
  }
}

export class Forewarn {
  #url;
  #key;
  #total;

  /** Throws for a URL or key that cannot be one, and names neither. */
  constructor(url, key = "", { total = TOTAL } = {}) {
    if (!/^https?:\/\/[^/@?#]+(\/[^?#]*)?$/.test(url)) {
      throw new TypeError("FOREWARN_URL: expected http://HOST:PORT or https://HOST. Correct it.");
    }
    if (!/^[!-~]*$/.test(key)) {
      throw new TypeError("FOREWARN_KEY: expected a key as `forewarn keys create` printed it.");
    }
    this.#url = url.replace(/\/+$/, "");
    this.#key = key;
    this.#total = total;
  }

  static fromEnvironment(options) {
    const { FOREWARN_URL = "http://127.0.0.1:8000", FOREWARN_KEY = "" } = process.env;
    return new Forewarn(FOREWARN_URL, FOREWARN_KEY.trim(), options);
  }

  /**
   * Say what an article involves: `article` is the body of POST /v1/classify.
   *
   * `last` is the answer to the article's last save; it comes back where nothing has changed.
   * `options` are those of the address, such as { locale: "de" }. Resolves to { verdict, reason,
   * assessment, etag, again, after }: `reason` continues 'not checked, because' and is null where
   * the article was checked; `again` says whether asking again may help, `after` in how many
   * seconds at the earliest.
   */
  async classify(article, last = null, options = {}) {
    const query = new URLSearchParams({ offset_unit: "utf16", ...options });
    const headers = { "X-Deadline-Ms": String(Math.floor(SHARE * this.#total)) };
    if (last?.etag) headers["If-None-Match"] = last.etag;
    try {
      const reply = await this.#post(`/v1/classify?${query}`, article, headers);
      if (reply.status === 304 && last) return last;
      const assessment = readAssessment(reply);
      const said = assessment.reason?.message ?? "no more";
      return {
        verdict: assessment.verdict,
        reason: assessment.verdict === "not_checked" ? `Forewarn says: ${said}` : null,
        assessment,
        etag: reply.headers.get("ETag"),
        again: false,
        after: 0,
      };
    } catch (error) {
      const { reason, again, after } = asUnanswered(error);
      return { verdict: "not_checked", reason, assessment: null, etag: null, again, after };
    }
  }

  /**
   * Store what an editor did. `name` is yours: sent again with it, it is stored once.
   * Resolves to { stored, reason, again }.
   */
  async decide(decision, name) {
    try {
      const reply = await this.#post("/v1/decisions", decision, { "Idempotency-Key": name });
      if (reply.status !== 200 && reply.status !== 201) throw refusal(reply);
      return { stored: true, reason: null, again: false };
    } catch (error) {
      const { reason, again } = asUnanswered(error);
      return { stored: false, reason, again };
    }
  }

  async #post(path, sent, more) {
    const headers = { "Content-Type": "application/json", ...more };
    if (this.#key) headers.Authorization = `Bearer ${this.#key}`;
    const body = JSON.stringify(sent);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.#total);
    try {
      // A redirect would carry article and key to who knows where.
      const asked = { method: "POST", headers, body, redirect: "error", signal: stop.signal };
      const response = await fetch(this.#url + path, asked);
      const text = await response.text();
      return { status: response.status, headers: response.headers, text };
    } catch {
      if (stop.signal.aborted) {
        throw new Unanswered(`no answer came from Forewarn within ${this.#total / 1000} s`);
      }
      throw new Unanswered("Forewarn cannot be reached, or the connection broke");
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A decision about an answer, with its versions: action, subject, subject_id, editor and so on. */
export function decisionOn(answer, given) {
  if (!answer.assessment) {
    throw new TypeError("An article that was not answered has nothing to decide. Ask again first.");
  }
  const { id: article_id, content_hash, versions } = answer.assessment;
  return { article_id, content_hash, versions, ...given };
}

function readAssessment(reply) {
  if (reply.status !== 200) throw refusal(reply);
  const found = readObject(reply.text);
  if (!VERDICTS.includes(found.verdict)) {
    throw new Unanswered("what answered is not Forewarn, or cannot be read"); // a proxy's page, say
  }
  return found;
}

/** What a status other than 200 says; a problem document (RFC 9457) says it in a sentence. */
function refusal({ status, headers, text }) {
  let told = "";
  if ((headers.get("Content-Type") ?? "").startsWith("application/problem+json")) {
    const problem = readObject(text);
    told = `: ${String(problem.detail ?? "").slice(0, 500)}`;
    const [error] = Array.isArray(problem.errors) ? problem.errors : [];
    if (error) told += ` ${error.pointer}: ${String(error.detail).slice(0, 300)}`;
  }
  const after = headers.get("Retry-After") ?? "";
  const seconds = /^[0-9]{1,5}$/.test(after) ? Number(after) : 0;
  return new Unanswered(`Forewarn answered ${status}${told}`, !FINAL.includes(status), seconds);
}

/** A fault that nobody foresaw must not stop anybody from publishing either. */
function asUnanswered(error) {
  return error instanceof Unanswered ? error : new Unanswered("the caller failed", false);
}

function readObject(text) {
  try {
    const found = JSON.parse(text);
    return found !== null && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

// The form, version 1: every field with its path, the share that holds its answer, and what it takes. The same table as core/src/telling.rs; a test
// compares the two. Checks and encodes answers as that file does. Does no I/O.

import { encode } from "./cbor.mjs";
import { byBlockThenName } from "./receipt.mjs";

export const FORM = 1;
export const MOST_ACCOUNT = 20_000;
export const MOST_ANSWER = 4_000;
const SHORT = 500;
const PAGE = 3_000;

const text = (most) => ({ most });
const code = (...codes) => ({ codes });

/** `[path, share, what it takes]`, in the order in which they are asked. */
export const FIELDS = [
    ["tell/minor", "base", code("yes")],
    ["tell/account", "base", text(MOST_ACCOUNT)],
    ["tell/where", "base", text(MOST_ANSWER)],
    ["tell/when", "base", text(MOST_ANSWER)],
    ["tell/heard", "base", text(MOST_ANSWER)],
    ["tell/later", "base", text(MOST_ANSWER)],
    ["tell/help", "base", text(MOST_ANSWER)],
    ["own/acts", "ownActs", text(MOST_ACCOUNT)],
    ["door/door", "base", code("team", "lawyers", "deposit")],
    ["door/custodians", "base", code("yes")],
    ["door/write", "base", code("yes", "no")],
    ["door/never", "base", text(MOST_ANSWER)],
    ["door/silent", "base", code("keep", "use", "court", "destroy")],
    ["door/closed", "base", code("pass-on", "court", "destroy")],
    ["contact/reach", "contacts", text(MOST_ANSWER)],
    ["triage/urgent", "triage", code("yes")],
    ["triage/minor", "triage", code("yes")],
    ["triage/lang", "triage", code("be", "ru", "uk", "en")],
    ["triage/length", "triage", code("none", "short", "page", "long")],
    ["triage/own-acts", "triage", code("yes")],
    ["triage/contact", "triage", code("yes")],
    ["add/text", "base", text(MOST_ACCOUNT)],
    ["file/about", "base", text(MOST_ANSWER)],
    ["withdraw/what", "base", code("public", "court", "all")],
    ["withdraw/text", "base", text(MOST_ANSWER)],
    ["delete/confirm", "base", code("yes")],
];

/** An answer the form does not take; `why` is `field`, `control`, `too-long` or `code`. Never holds the answer. */
export class AnswerError extends Error {
    constructor(path, why, most) {
        super(`${path}: ${why}`);
        Object.assign(this, { path, why, most });
    }
}

/** A typed answer as it is kept (line ends, no white space around), or `null` where nothing was said. */
export function checked(path, typed) {
    const field = FIELDS.find(([known]) => known === path);
    if (field === undefined) throw new AnswerError(path, "field");
    // A lone half of a surrogate pair cannot be UTF-8; U+FFFD stands for it, as it would in a form.
    const kept = trim(typed.toWellFormed?.() ?? new TextDecoder().decode(new TextEncoder().encode(typed)));
    if (kept === "") return null;
    const [, , { codes, most }] = field;
    if (codes !== undefined) {
        if (!codes.includes(kept)) throw new AnswerError(path, "code");
        return kept;
    }
    if (/[^\P{Cc}\n\r\t]/u.test(kept)) throw new AnswerError(path, "control");
    if ([...kept].length > most) throw new AnswerError(path, "too-long", most);
    return kept;
}

/** Line feeds for every line end; Unicode's white space (as Rust's `trim` takes it) away at both ends. */
function trim(text) {
    const lines = text.replace(/\r\n?/g, "\n");
    const white = (at) => /\p{White_Space}/u.test(lines[at]);
    let [start, end] = [0, lines.length];
    while (start < end && white(start)) start++;
    while (end > start && white(end - 1)) end--;
    return lines.slice(start, end);
}

const length = (text) => [...(text ?? "")].length;

/** All fields of the form with their answers, `null` where there is none; the screener's card is computed, not asked. `given`: path → typed text. */
export function fill(given, lang) {
    const answers = new Map(FIELDS.map(([path]) => [path, null]));
    for (const [path, typed] of Object.entries(given)) answers.set(path, checked(path, typed));
    const told = Math.max(length(answers.get("tell/account")), length(answers.get("add/text")));
    const yes = (path) => (answers.get(path) === null ? null : "yes");
    answers.set("triage/lang", lang);
    answers.set("triage/length", told === 0 ? "none" : told <= SHORT ? "short" : told <= PAGE ? "page" : "long");
    answers.set("triage/minor", yes("tell/minor"));
    answers.set("triage/own-acts", yes("own/acts"));
    answers.set("triage/contact", yes("contact/reach"));
    return answers;
}

/** The content of one share: `[1, form version, [[path, answer] …]]`, ascending by block, then name. */
export function contentOf(answers, share) {
    const held = FIELDS.filter(([path, of]) => of === share && answers.get(path) !== null).map(([path]) => [path, answers.get(path)]);
    return encode([1, FORM, held.sort(([a], [b]) => byBlockThenName(a, b))]);
}

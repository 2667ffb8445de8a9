// The page: one question a screen, every word from messages.mjs, all sealing in the worker. Keeps what was typed in this program's memory alone: no storage,
// no cookie, no history entry. Leaving ends the worker and what it holds.

import { LANGS, MESSAGES, NAMES } from "./messages.mjs";

const MB = 1024 * 1024;
const MOST_FILES = 50;
const main = document.getElementById("page");
const meta = (name) => document.querySelector(`meta[name="kniha-${name}"]`)?.content ?? "";
const served = [document.documentElement.lang, location.pathname.split("/")[1]].find((lang) => LANGS.includes(lang)) ?? "en";

/** What this visit knows: language, answers by path, files with how far each is. */
const visit = { lang: served, given: {}, files: [], words: [], mark: [] };

function t(name, values = {}) {
    return MESSAGES[name][LANGS.indexOf(visit.lang)].replace(/\{(\w+)\}/g, (_, gap) => String(values[gap] ?? ""));
}

/** An element: attributes first, then children; text is never read as markup. */
function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") element.addEventListener(name, value);
        else if (value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat());
    return element;
}

// --- The worker ----------------------------------------------------------------------------------------------------------------------------------------

let worker = null;
const waiting = new Map();
let calls = 0;

function begin() {
    worker = new Worker(new URL("worker.js", import.meta.url));
    worker.addEventListener("message", ({ data: { id, said, value, trouble } }) => {
        const { resolve, reject, hear } = waiting.get(id) ?? {};
        if (said !== undefined) return hear?.(said);
        waiting.delete(id);
        return trouble === undefined ? resolve?.(value) : reject?.(trouble);
    });
    worker.addEventListener("error", () => {
        for (const { reject } of waiting.values()) reject({ why: "broken" });
        waiting.clear();
    });
}

/** One call of the worker; fails with `{why, values}`. */
function ask(call, argument = {}, hear = undefined) {
    return new Promise((resolve, reject) => {
        const id = calls++;
        waiting.set(id, { resolve, reject, hear });
        worker.postMessage({ id, call, argument });
    });
}

function leave() {
    worker?.terminate();
    main.replaceChildren();
    location.replace(meta("leave") || "https://www.wikipedia.org/");
}

// --- Screens -------------------------------------------------------------------------------------------------------------------------------------------

/** Shows a screen: title first, with the focus on it, so that a screen reader begins there. */
function show(title, ...children) {
    const heading = h("h1", { tabindex: "-1" }, title);
    document.title = title;
    document.documentElement.lang = visit.lang;
    main.replaceChildren(h("p", {}, h("button", { type: "button", id: "leave", click: leave }, t("leave"))), heading, h("div", { id: "trouble", role: "alert" }), ...children);
    heading.focus();
}

/** Says what is wrong, above what was typed. */
function complain(text) {
    document.getElementById("trouble").replaceChildren(h("h2", {}, t("trouble-title")), h("p", { class: "error" }, text));
    document.getElementById("trouble").scrollIntoView();
}

const worded = (trouble) => t(MESSAGES[trouble?.why] === undefined ? "broken" : trouble.why, trouble?.values);

/** A button that works once at a time; what fails is said on the screen. */
function button(label, press, attributes = {}) {
    const own = h("button", { type: "button", ...attributes }, label);
    own.addEventListener("click", async () => {
        own.disabled = true;
        document.getElementById("trouble").replaceChildren();
        try {
            await press();
        } catch (trouble) {
            complain(worded(trouble));
        } finally {
            own.disabled = false;
        }
    });
    return own;
}

const hint = (name, values) => h("p", { class: "hint" }, t(name, values));
const because = (name) => h("details", {}, h("summary", {}, t("why")), h("p", {}, t(name)));
const ordinary = () => h("p", {}, h("a", { href: `/${visit.lang}` }, t("ordinary")));
/** Nothing that is typed goes to a spelling service or into the browser's memory of forms. */
const UNKEPT = { autocomplete: "off", spellcheck: "false", autocorrect: "off", autocapitalize: "off" };

function keep(path, value) {
    if (value === "") delete visit.given[path];
    else visit.given[path] = value;
}

function box(path, label, rows, attributes = {}) {
    const own = h("textarea", { id: path, rows, ...UNKEPT, autocapitalize: "sentences", ...attributes, input: () => keep(path, own.value) });
    own.value = visit.given[path] ?? "";
    return h("p", {}, h("label", { for: path }, label), h("br"), own);
}

function tick(path, label, note) {
    const own = h("input", { type: "checkbox", id: path, change: () => keep(path, own.checked ? "yes" : "") });
    own.checked = visit.given[path] === "yes";
    return h("p", {}, own, " ", h("label", { for: path }, label), note === undefined ? [] : [h("br"), h("span", { class: "hint" }, t(note))]);
}

function choice(path, legend, options) {
    const radios = options.map(([code, label]) => {
        const own = h("input", { type: "radio", name: path, id: `${path}-${code}`, change: () => keep(path, code) });
        own.checked = (visit.given[path] ?? "") === code;
        return h("p", {}, own, " ", h("label", { for: `${path}-${code}` }, t(label)));
    });
    return h("fieldset", {}, h("legend", {}, legend), radios);
}

function fileBox(changed) {
    const own = h("input", { type: "file", id: "files", multiple: true });
    own.addEventListener("change", () => {
        for (const file of own.files) if (visit.files.length < MOST_FILES) visit.files.push({ key: visit.files.length, file, state: t("file-waits") });
        own.value = "";
        changed();
    });
    return h("p", {}, h("label", { for: "files" }, t("files")), h("br"), own);
}

const QUESTIONS = [
    () => [t("account-title"), hint("account-hint"), box("tell/account", t("account-title"), 14), because("account-why")],
    () => [t("where-title"), box("tell/where", t("where"), 3), box("tell/when", t("when"), 3), because("where-why")],
    () => [t("heard-title"), box("tell/heard", t("heard-title"), 5), because("heard-why")],
    () => [t("own-title"), hint("own-hint"), box("own/acts", t("own-title"), 6)],
    () => [t("reach-title"), hint("reach-hint"), box("contact/reach", t("reach-title"), 3)],
    () => {
        visit.given["door/door"] ??= "team";
        const doors = ["team", "lawyers", "deposit"].map((code) => [code, `door-${code}`]);
        return [t("door-title"), choice("door/door", t("door-title"), doors), tick("door/custodians", t("door-custodians"))];
    },
    () => [
        t("wish-title"),
        choice("door/silent", t("silent"), [["", "no-wish"], ["keep", "silent-keep"], ["use", "silent-use"], ["court", "silent-court"], ["destroy", "destroy"]]),
        choice("door/closed", t("closed"), [["", "no-wish"], ["pass-on", "closed-pass-on"], ["court", "closed-court"], ["destroy", "destroy"]]),
    ],
    () => {
        const chosen = h("ul", { id: "chosen" });
        const list = () => chosen.replaceChildren(...visit.files.map(({ file }) => h("li", {}, h("bdi", {}, file.name))));
        list();
        const about = box("file/about", t("about"), 2);
        return [t("last-title"), tick("triage/urgent", t("urgent"), "urgent-hint"), tick("tell/minor", t("minor")), fileBox(list), hint("files-hint"), chosen, about];
    },
];

async function start() {
    const go = h("p");
    const languages = h("p", {}, LANGS.map((lang, i) => h("button", { type: "button", lang, disabled: lang === visit.lang, click: () => speak(lang) }, NAMES[i])));
    show(t("start-title"), languages, h("p", {}, t("start-lead")), h("p", {}, t("start-honest")), h("p", {}, t("start-tor")), ordinary(), go);
    go.replaceChildren(t("start-reading"));
    try {
        const { week } = await ask("start", { first: meta("first-list"), lang: visit.lang, wordsPath: new URL(`words/${visit.lang}.txt`, import.meta.url).pathname });
        go.replaceChildren(t("start-week"), h("br"), h("strong", { id: "week" }, week.join(" ")));
        main.append(h("p", {}, button(t("next"), () => question(0), { id: "next" })));
    } catch (trouble) {
        go.replaceChildren();
        complain(worded(trouble));
    }
}

/** Begins again in another language; the first screen holds nothing that could be lost. */
function speak(lang) {
    worker.terminate();
    waiting.clear();
    visit.lang = lang;
    begin();
    start();
}

function question(n) {
    const [title, ...body] = QUESTIONS[n]();
    const onward = async () => {
        await ask("check", { given: fieldsOf(visit.given) });
        if (n + 1 < QUESTIONS.length) return question(n + 1);
        if (visit.files.length === 0 && !["tell/account", "own/acts"].some((path) => visit.given[path]?.trim())) throw { why: "account-missing" };
        return words();
    };
    const back = () => (n === 0 ? start() : question(n - 1));
    const left = h("p", { class: "hint" }, t("left", { n: n + 1, all: QUESTIONS.length }), " ", t("skip"));
    show(title, left, ...body, h("p", {}, button(t("next"), onward, { id: "next" }), " ", button(t("back"), back)));
}

/** The report's answers: what is said about the files travels with them. */
const fieldsOf = ({ "file/about": _, ...given }) => given;

async function words() {
    Object.assign(visit, await ask("draw"));
    const list = h("ol", { id: "words", class: "words" }, visit.words.map((word) => h("li", {}, word)));
    const oneWay = button(t("one-way"), () => send(true), { id: "one-way" });
    show(
        t("words-title"),
        h("p", {}, t("words-text")),
        list,
        h("p", {}, t("mark", { mark: visit.mark.join(" ") })),
        h("p", {}, button(t("written"), type, { id: "next" }), " ", button(t("back"), () => question(QUESTIONS.length - 1))),
        h("p", {}, oneWay, h("br"), h("span", { class: "hint" }, t("one-way-hint"))),
    );
}

function type() {
    const typed = h("textarea", { id: "typed", rows: 4, ...UNKEPT });
    const onward = async () => {
        const { count, place } = await ask("compare", { typed: typed.value });
        if (count !== undefined) throw { why: "typed-count", values: { count } };
        if (place !== undefined) throw { why: "typed-place", values: { place } };
        await send(false);
    };
    const label = h("label", { for: "typed" }, t("type-title"));
    show(t("type-title"), hint("type-hint"), h("p", {}, label, h("br"), typed), h("p", {}, button(t("send"), onward, { id: "next" }), " ", button(t("new-words"), words)));
}

async function send(oneWay) {
    document.getElementById("trouble").replaceChildren(h("p", {}, t("working")));
    await ask("send", { given: fieldsOf(visit.given), oneWay });
    const about = visit.given["file/about"] ?? "";
    Object.assign(visit, { given: {}, words: [], about, oneWay });
    received();
}

function received() {
    const list = h("ul", { id: "files-sent" });
    const more = fileBox(() => post(list));
    const mark = visit.oneWay ? [] : [h("p", { id: "mark" }, t("mark", { mark: visit.mark.join(" ") }))];
    show(t("got-title"), h("p", { id: "got" }, t("got-text")), ...mark, list, hint("got-files"), h("h2", {}, t("more")), more);
    post(list);
}

let posting = false;
async function post(list) {
    draw(list);
    if (posting) return;
    posting = true;
    for (let item = null; (item = visit.files.find(({ got, failed }) => !got && !failed)); draw(list)) {
        const { key, file } = item;
        const mb = (bytes) => Math.ceil(bytes / MB);
        const hear = ({ stage, bytes }) => {
            item.state = stage === "locking" ? t("file-locking", { done: mb(bytes), all: mb(file.size) }) : t("file-sending");
            if (bytes % MB === 0 || stage !== "locking") draw(list);
        };
        try {
            item.got = await ask("file", { key, file, about: visit.about }, hear);
        } catch (trouble) {
            item.failed = worded(trouble);
        }
    }
    posting = false;
}

function draw(list) {
    const again = (item) => () => {
        item.failed = undefined;
        post(list);
    };
    const said = (item) => {
        if (item.got) return [t("file-got", { bytes: item.got.bytes }), " ", h("code", {}, item.got.sha256)];
        if (item.failed) return [h("span", { class: "error" }, item.failed), " ", h("button", { type: "button", click: again(item) }, t("again"))];
        return [item.state];
    };
    list.replaceChildren(...visit.files.map((item) => h("li", {}, h("bdi", {}, item.file.name), ": ", said(item))));
}

// --- Begin ---------------------------------------------------------------------------------------------------------------------------------------------

/** A page that the browser kept from before would show what was typed. */
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

if ([globalThis.Worker, globalThis.TransformStream, globalThis.crypto?.getRandomValues, globalThis.BigInt].every(Boolean)) {
    begin();
    start();
} else {
    show(t("start-title"), ordinary());
    complain(t("old-browser"));
}

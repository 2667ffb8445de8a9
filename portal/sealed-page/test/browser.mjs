// The page in headless Chromium, driven over WebDriver as a person drives it: run by scripts/sealed_page.sh browser through browser_lane.rs.
//
//     node browser.mjs SITE FOLDER
//
// Serves SITE under the content security policy it must live with, `keys` of FOLDER as GET /keys, and keeps what is posted. Tells what asked.json[0] says,
// attaches `content-0`, types the words back. Leaves `bundle-0`, `file-0`, `vouch-0` and `told.json` as lane.mjs does, and prints what it measured.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [site, folder] = process.argv.slice(2);
const text = (name) => readFileSync(join(folder, name), "utf8").trim();
const [asked] = JSON.parse(text("asked.json"));
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; worker-src 'self'";
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", txt: "text/plain; charset=utf-8" };
const PATIENCE = 120_000;

// --- The server ----------------------------------------------------------------------------------------------------------------------------------------

const posts = [];
/** Answers to give instead of keeping a post, for what the page says when something fails. */
const failing = [];
const served = createServer((request, response) => {
    // One request a connection, as the portal has it: on one that was used before, Chromium would send a broken post again by itself.
    const head = { "Content-Security-Policy": POLICY, Connection: "close" };
    const answer = (status, type, body) => response.writeHead(status, { "Content-Type": type, ...head }).end(body);
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
        const { method, url } = request;
        const body = Buffer.concat(pieces);
        if (method === "POST" && (url === "/sealed" || url === "/sealed/file")) {
            posts.push({ url, body, at: performance.now() });
            const status = failing.shift();
            if (status === "cut") return request.socket.destroy();
            return answer(status ?? 204, TYPES.txt, "");
        }
        if (method !== "GET") return answer(405, TYPES.txt, "");
        if (url === "/keys") return answer(200, "application/octet-stream", readFileSync(join(folder, "keys")));
        if (url === `/${asked.lang}/sealed`) {
            const page = readFileSync(join(site, "index.html"), "utf8");
            return answer(200, TYPES.html, page.replace("@LANG@", asked.lang).replace("@FIRST_LIST@", text("first")).replace("@LEAVE@", "about:blank"));
        }
        const file = /^\/sealed-page\/((?:words\/)?[a-z]+\.(js|txt))$/.exec(url);
        if (file !== null) return answer(200, TYPES[file[2]], readFileSync(join(site, file[1])));
        return answer(404, TYPES.txt, "");
    });
});
await new Promise((listening) => served.listen(0, "127.0.0.1", listening));
const origin = `http://127.0.0.1:${served.address().port}`;

// --- The browser ---------------------------------------------------------------------------------------------------------------------------------------

const profile = join(folder, "profile");
mkdirSync(profile);
const port = await new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
        const { port } = probe.address();
        probe.close(() => found(port));
    });
});
const driver = spawn("chromedriver", [`--port=${port}`], { stdio: "ignore", env: { ...process.env, CHROME_LOG_FILE: join(folder, "chromium.log") } });
const pause = (ms) => new Promise((over) => setTimeout(over, ms));

async function wire(method, path, body) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value?.error !== undefined) throw new Error(`${path}: ${value.error} ${value.message}`);
    return value;
}

async function until(what, holds) {
    const began = performance.now();
    for (;;) {
        const value = await holds();
        if (value) return value;
        if (performance.now() - began > PATIENCE) throw new Error(`${what} did not happen`);
        await pause(20);
    }
}

try {
    await until("chromedriver", () => wire("GET", "/status").then(({ ready }) => ready, () => false));
    const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", `--user-data-dir=${profile}`];
    const wanted = { browserName: "chrome", "goog:chromeOptions": { args }, "goog:loggingPrefs": { browser: "ALL" } };
    const { sessionId } = await wire("POST", "/session", { capabilities: { alwaysMatch: wanted } });
    const call = (path, body) => wire("POST", `/session/${sessionId}${path}`, body);
    const run = (script, ...args) => call("/execute/sync", { script, args });
    const element = async (css) => Object.values(await call("/element", { using: "css selector", value: css }))[0];
    const appears = (css) => until(css, () => run("return document.querySelector(arguments[0]) !== null", css));
    const press = async (css) => call(`/element/${await element(css)}/click`, {});
    const write = async (css, typed) => call(`/element/${await element(css)}/value`, { text: typed });
    const shown = (css) => run("return document.querySelector(arguments[0]).innerText", css);
    const title = () => run("return document.querySelector('h1').innerText");
    /** Presses the one button of a screen and waits for the next. */
    const onward = async () => {
        const before = await title();
        await press("#next");
        await until("the next screen", async () => (await title()) !== before);
    };

    const opened = performance.now();
    await call("/url", { url: `${origin}/${asked.lang}/sealed` });
    await appears("#next");
    const ready = performance.now() - opened;
    const week = await shown("#week");
    await onward();
    const screens = [["tell/account"], ["tell/where", "tell/when"], ["tell/heard"], ["own/acts"], ["contact/reach"]];
    for (const paths of screens) {
        for (const path of paths) {
            if (asked.given[path]) await write(`[id="${path}"]`, asked.given[path]);
        }
        await onward();
    }
    await press(`[id="door/door-${asked.given["door/door"]}"]`);
    await onward();
    for (const path of ["door/silent", "door/closed"]) await press(`[id="${path}-${asked.given[path]}"]`);
    await onward();
    if (asked.given["triage/urgent"] === "yes") await press(`[id="triage/urgent"]`);
    await write("#files", resolve(folder, asked.file.name));
    await write(`[id="file/about"]`, asked.file.about);
    await onward();
    const words = await run("return [...document.querySelectorAll('#words li')].map((li) => li.innerText)");
    await onward();
    // A wrong word sends nothing.
    await write("#typed", [...words].reverse().join(" "));
    await press("#next");
    await appears("#trouble .error");
    if (posts.length > 0) throw new Error("something was sent with wrong words");
    await run("document.getElementById('typed').value = ''");
    await write("#typed", words.map((word) => [...word].slice(0, 4).join("")).join(" "));
    // The connection breaks while the report is sent, and the server is full at the second press: the third is the same report.
    failing.push("cut", 503);
    const [said, first] = [[], performance.now()];
    for (let i = 0; i < 2; i++) {
        await press("#next");
        await until("a complaint", async () => posts.length === i + 1 && (await run("return document.querySelector('#trouble .error') !== null && !document.getElementById('next').disabled")));
        said.push(await shown("#trouble .error"));
    }
    await press("#next");
    await appears("#got");
    await appears("#files-sent code");
    const sha256 = await shown("#files-sent code");
    const mark = await shown("#mark");
    if (!posts.slice(0, 2).every(({ body }) => body.equals(posts[2].body))) throw new Error("a second press sent something else");
    const [file, vouch] = posts.slice(3);
    if (posts.length !== 5 || file.url !== "/sealed/file" || vouch.url !== "/sealed") throw new Error(`${posts.length} posts`);
    const log = await call("/se/log", { type: "browser" });
    // The broken connection and the full server are in the log, and the style sheet and icon that the portal has and this server has not.
    const other = log.filter(({ message }) => !/style\.css|favicon\.ico|\/sealed - /.test(message));
    if (other.length > 0) throw new Error(JSON.stringify(other));
    const kept = await run("return [document.cookie, localStorage.length, sessionStorage.length, history.length, document.querySelectorAll('#words, textarea').length]");
    for (const [name, { body }] of Object.entries({ bundle: posts[2], file, vouch })) writeFileSync(join(folder, `${name}-0`), body);
    const told = { words: words.join(" "), mark, file: { sha256, longest: 0 } };
    writeFileSync(join(folder, "told.json"), JSON.stringify({ week, said, kept, sent: [told] }));
    // Times are those at which the server had all of a post.
    const ms = (time) => `${Math.round(time)} ms`;
    console.log(`keys checked ${ms(ready)} after the page was opened; four parts sealed and sent in ${ms(posts[0].at - first)}`);
    console.log(`${asked.file.bytes} bytes of file sealed and sent in ${ms(file.at - posts[2].at)}, its voucher in ${ms(vouch.at - file.at)}`);
    await wire("DELETE", `/session/${sessionId}`);
} finally {
    driver.kill();
    served.close();
    served.closeAllConnections();
}

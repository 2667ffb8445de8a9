// The worker: all sealing happens here, so that the page answers while an old phone works. Takes `{id, call, argument}`, answers `{id, said}` any number of
// times and then `{id, value}` or `{id, trouble: {why, values}}`.

import { Lane, troubleOf } from "./lane.mjs";

const MB = 1024 * 1024;

/** Whether a request's body can be a stream: the browser must know how, and Chromium does it over HTTP/2 and later only. */
function streams() {
    let asked = false;
    const body = new ReadableStream();
    const options = {
        method: "POST",
        body,
        get duplex() {
            asked = true;
            return "half";
        },
    };
    try {
        // A browser that does not know how makes a text of the stream.
        if (new Request(self.location.href, options).headers.has("Content-Type") || !asked) return false;
    } catch {
        return false;
    }
    return performance.getEntriesByType("resource").some(({ nextHopProtocol }) => nextHopProtocol === "h2" || nextHopProtocol === "h3");
}

/** An eighth of the machine's memory where the browser says how much it has (at most 512 MiB), 200 MiB where it does not. */
const mostBlob = Math.min(512, navigator.deviceMemory === undefined ? 200 : navigator.deviceMemory * 128) * MB;

const quiet = { credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer", redirect: "error" };
const lane = new Lane({
    fetch: (path, options) => fetch(path, { ...quiet, ...options }),
    today: () => Math.floor(Date.now() / 86_400_000),
    streams,
    mostBlob,
});
const CALLS = ["start", "check", "draw", "compare", "send", "file"];

self.addEventListener("message", async ({ data: { id, call, argument } }) => {
    try {
        if (!CALLS.includes(call)) throw new Error(call);
        const value = await lane[call](argument, (stage, bytes) => self.postMessage({ id, said: { stage, bytes } }));
        self.postMessage({ id, value });
    } catch (error) {
        const { why, values } = troubleOf(error);
        self.postMessage({ id, trouble: { why, values } });
    }
});

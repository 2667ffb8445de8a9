// What the worker does, apart from being one: fetches keys and words, seals, posts. The world (fetch, the clock, what the browser can) is an argument.

import { fromHex, random, toHex } from "./bytes.mjs";
import { AnswerError, checked } from "./fields.mjs";
import { believe, holds, KeysError, readAnswer, weekWords } from "./keylist.mjs";
import { sourceOf } from "./source.mjs";
import { fileNumber, NobodyOpens, sendFile, submit, vouch } from "./submission.mjs";
import { compare, readList, spoken, wordsOf } from "./words.mjs";

/** Sealed bytes that are gathered before they become a blob, which the browser may put on disk. */
const GATHERED = 4 * 1024 * 1024;
const MB = 1024 * 1024;

/** What the page can say to a person: `why` is a message's name, `values` are for its gaps. */
export class Trouble extends Error {
    constructor(why, values = {}) {
        super(why);
        Object.assign(this, { why, values });
    }
}

/** Any error as something to say. */
export function troubleOf(error) {
    if (error instanceof Trouble) return error;
    if (error instanceof KeysError) return new Trouble({ days: "keys-days", quorum: "keys-days" }[error.why] ?? "keys-false");
    if (error instanceof NobodyOpens) return new Trouble("nobody-opens");
    if (error instanceof AnswerError) return new Trouble(error.why === "too-long" ? "answer-long" : "answer-bad", { most: error.most });
    return new Trouble("broken");
}

/** One visit. `world`: `{fetch(path, options), today(): day, streams(): can a request's body be a stream, mostBlob: bytes}`. */
export class Lane {
    constructor(world) {
        this.world = world;
    }

    /** Reads keys and words; gives the week's words. */
    async start({ first, lang, wordsPath }) {
        const digest = fromHex(first ?? "");
        if (digest?.length !== 32) throw new Trouble("keys-false");
        const [keys, text] = [await this.get("/keys"), await this.get(wordsPath)];
        const words = readList(lang, new TextDecoder().decode(text));
        if (words === null) throw new Trouble("keys-false");
        const day = this.world.today();
        const trusted = holds(believe(readAnswer(keys), digest), day);
        Object.assign(this, { trusted, words, lang });
        return { week: weekWords(trusted, day, words) };
    }

    /** Whether the form takes these answers. */
    check({ given }) {
        for (const [path, typed] of Object.entries(given)) checked(path, typed);
        return {};
    }

    /** Draws new words; those before are forgotten. */
    draw() {
        const bits = random(16);
        this.shown = wordsOf(this.words, bits);
        this.source = sourceOf(this.trusted.list.book, bits);
        bits.fill(0);
        return { words: this.shown, mark: spoken(this.words, this.source.mark, 2) };
    }

    compare({ typed }) {
        return compare(this.shown, typed);
    }

    /** Seals and posts what was told. A second press posts the very same bytes, which are kept once. */
    async send({ given, oneWay }) {
        const asked = JSON.stringify([given, oneWay, this.shown]);
        if (this.sealed?.asked !== asked) {
            const day = this.world.today();
            const at = { list: holds(this.trusted, day).list, day, lang: this.lang };
            this.sealed = { asked, at, ...(await submit(at, given, oneWay ? null : this.source)) };
        }
        await this.post("/sealed", this.sealed.bundle, "report");
        return {};
    }

    /**
     * Seals and posts one file, then the part that vouches for it; `key` is the page's name for it. A second try posts what is missing: a file that may have
     * arrived goes again under another number, because the first write wins and its hash would not fit. `said(stage, bytes)` is told how far it is.
     */
    async file({ key, file, about }, said) {
        this.posted ??= new Map();
        if (!this.posted.has(key)) this.posted.set(key, await this.postFile(file, said));
        const { i, sealed } = this.posted.get(key);
        await this.post("/sealed", await vouch(this.sealed.at, this.sealed.sent, i, file, sealed, about), "file");
        return { sha256: toHex(sealed.contentSha256), bytes: file.size };
    }

    async postFile(file, said) {
        const stream = this.world.streams();
        if (!stream && file.size > this.world.mostBlob) throw new Trouble("file-long", { most: Math.floor(this.world.mostBlob / MB) });
        const pieces = async (from, to) => {
            said("locking", from);
            try {
                return new Uint8Array(await file.slice(from, to).arrayBuffer());
            } catch {
                throw new Trouble("file-unread");
            }
        };
        const i = fileNumber();
        const { part, stream: sealed, done } = await sendFile(this.sealed.at, this.sealed.sent, i, file.size, pieces);
        const body = stream ? sealed : await gathered(sealed);
        said("sending", file.size);
        await this.post("/sealed/file", body, "file");
        return { i, sealed: { part, ...(await done) } };
    }

    async get(path) {
        let answer = null;
        try {
            answer = await this.world.fetch(path, { method: "GET" });
            if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
        } catch {
            // The same to a person as an answer that is none.
        }
        throw new Trouble("keys-unreachable");
    }

    async post(path, body, what) {
        let answer = null;
        try {
            const streamed = body instanceof ReadableStream ? { duplex: "half" } : {};
            answer = await this.world.fetch(path, { method: "POST", body, headers: { "Content-Type": "application/octet-stream" }, ...streamed });
        } catch (error) {
            if (error instanceof Trouble) throw error;
            throw new Trouble(`${what}-unknown`);
        }
        if (answer.status === 413) throw new Trouble(`${what}-refused`);
        if (answer.status === 429 || answer.status >= 500) throw new Trouble(`${what}-later`);
        if (!answer.ok) throw new Trouble(`${what}-refused`);
    }
}

/** A stream as a blob of blobs: the browser may keep these where it likes, this program holds a few megabytes. */
async function gathered(stream) {
    const [blobs, reader] = [[], stream.getReader()];
    let [some, bytes] = [[], 0];
    for (;;) {
        const { done, value } = await reader.read();
        if (done || bytes > GATHERED) {
            blobs.push(new Blob(some));
            [some, bytes] = [[], 0];
        }
        if (done) return new Blob(blobs);
        some.push(value);
        bytes += value.length;
    }
}

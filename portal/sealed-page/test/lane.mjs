// Seals with the page's own modules, without a page: run by seal/tests/whole/browser_lane.rs, which opens what this writes.
//
//     node lane.mjs FOLDER
//
// FOLDER holds `keys` (an answer of GET /keys), `first` (digest of the first list, hexadecimal), `day`, `words/` (the four lists) and `asked.json`: an array
// of {lang, given: {path: text}, words: bool, file: null or {bytes, name, type, about}}. For asked[i] this writes `bundle-i`, and for a file `file-i` and
// `vouch-i` as they would be posted; `told.json` says what the page would have shown.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { fromHex, random, toHex } from "../src/bytes.mjs";
import { FIELDS } from "../src/fields.mjs";
import { believe, holds, readAnswer, weekWords } from "../src/keylist.mjs";
import { split } from "../src/share.mjs";
import { sourceOf } from "../src/source.mjs";
import { fileNumber, sendFile, submit, vouch } from "../src/submission.mjs";
import { compare, readList, spoken, wordsOf } from "../src/words.mjs";

const [folder] = process.argv.slice(2);
const read = (name) => new Uint8Array(readFileSync(join(folder, name)));
const text = (name) => readFileSync(join(folder, name), "utf8").trim();
const write = (name, bytes) => writeFileSync(join(folder, name), bytes);

const day = Number(text("day"));
const trusted = holds(believe(readAnswer(read("keys")), fromHex(text("first"))), day);
const lists = Object.fromEntries(["be", "ru", "uk", "en"].map((lang) => [lang, readList(lang, readFileSync(join(folder, "words", `${lang}.txt`), "utf8"))]));
const sent = [];
for (const [i, asked] of JSON.parse(text("asked.json")).entries()) {
    const at = { list: trusted.list, day, lang: asked.lang };
    const bits = random(16);
    const source = asked.words ? sourceOf(trusted.list.book, bits) : null;
    const made = await submit(at, asked.given, source);
    write(`bundle-${i}`, made.bundle);
    const told = { words: null, mark: null, file: null };
    if (source !== null) {
        const shown = wordsOf(lists[asked.lang], bits);
        const short = shown.map((word, n) => `${n + 1}. ${[...word].slice(0, 4).join("").toUpperCase()},\n`).join("");
        if (compare(shown, short).count !== undefined || compare(shown, short).place !== undefined) throw new Error("four letters do not suffice");
        Object.assign(told, { words: shown.join(" "), mark: spoken(lists[asked.lang], source.mark, 2).join(" ") });
    }
    if (asked.file !== null) {
        const [content, index] = [random(asked.file.bytes), fileNumber()];
        let longest = 0;
        const read = async (from, to) => {
            longest = Math.max(longest, to - from);
            return content.subarray(from, to);
        };
        const { part, stream, done } = await sendFile(at, made.sent, index, content.length, read);
        const pieces = [];
        for await (const piece of stream) pieces.push(piece);
        longest = Math.max(longest, ...pieces.map((piece) => piece.length));
        const sealed = { part, ...(await done) };
        write(`file-${i}`, Buffer.concat(pieces));
        write(`content-${i}`, content);
        write(`vouch-${i}`, await vouch(at, made.sent, index, asked.file, sealed, asked.file.about));
        told.file = { index, sha256: toHex(sealed.contentSha256), longest };
    }
    sent.push(told);
}
// The share at x = 1 of a key of zeros is the coefficient itself.
const coefficients = new Array(256).fill(0);
for (let i = 0; i < 4096; i++) for (const byte of split(new Uint8Array(16), 2, [1])[0].value) coefficients[byte]++;
write("told.json", JSON.stringify({ fields: FIELDS, coefficients, week: weekWords(trusted, day, lists.be).join(" "), sent }));

// The twelve words: 128 bits and four of checksum in twelve numbers of eleven bits, as BIP39 writes them, in one of four lists. Folding and lists are
// frozen (docs/formats/sealing.md, "Words"). A list is 2,048 lines of text and is known by its SHA-256. Does no I/O.

import { toHex, utf8 } from "./bytes.mjs";
import { digest } from "./suite.mjs";

export const COUNT = 12;
const TELLING = 4;
const SIZE = 2048;
const LISTS = {
    be: "ef1f17966a2a60c498f5402c8e7dcdfef0b3a45370ddb3903ad77f764853e6e4",
    ru: "98b799e113ce80c33cda09918431bb1bb1e43416598c9c0da3f2ee86945feb81",
    uk: "5e572c62aef9aaa909f2dc79e4764aab16f0718889b3115843c8f53ecd9672e7",
    en: "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
};
const SILENT = /[\u0300-\u036f'`´‘’ʼʹ′\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]/gu;
const PLAIN = { ё: "е", є: "е", ѐ: "е", ў: "у", й: "и", і: "и", ї: "и", ѝ: "и", ґ: "г" };
const LOOKALIKE = { a: "а", c: "с", e: "е", ë: "е", i: "и", ï: "и", o: "о", p: "р", x: "х", y: "у" };

/** A word made comparable. */
export function fold(word) {
    const cyrillic = /[\u0400-\u052f]/u.test(word);
    const plain = cyrillic ? { ...PLAIN, ...LOOKALIKE } : PLAIN;
    return [...word.toLowerCase().replace(SILENT, "")].map((c) => plain[c] ?? c).join("");
}

/** The words of a list; `null` if the text is not the frozen list of this language. */
export function readList(lang, text) {
    if (toHex(digest(utf8(text))) !== LISTS[lang]) return null;
    const words = text.trimEnd().split("\n");
    return words.length === SIZE ? words : null;
}

/** The first numbers of eleven bits, high bits first. */
export function numbers(bytes, count) {
    return Array.from({ length: count }, (_, i) => {
        let number = 0;
        for (let bit = 11 * i; bit < 11 * i + 11; bit++) number = (number << 1) | (((bytes[bit >> 3] ?? 0) >> (7 - (bit % 8))) & 1);
        return number;
    });
}

/** Bits said as words: marks, the words of the week. */
export const spoken = (list, bytes, count) => numbers(bytes, count).map((n) => list[n]);

/** The twelve words of 16 bytes. */
export const wordsOf = (list, bits) => spoken(list, [...bits, digest(bits)[0] & 0xf0], COUNT);

/** What was typed, as folded words; numbers, commas and line breaks between them are ignored. */
export function typedWords(text) {
    const inside = new RegExp(`(?:\\p{Alphabetic}|${SILENT.source})+`, "gu");
    return (text.slice(0, 2000).match(inside) ?? []).map(fold).filter((word) => word !== "");
}

/**
 * Compares what was typed with the words that were shown: `{count}` if not twelve were typed, `{place}` (from 1) of the first that is another word, or
 * `{}` if all are right. Four letters of a word suffice.
 */
export function compare(shown, text) {
    const typed = typedWords(text);
    if (typed.length !== shown.length) return { count: typed.length };
    const wrong = typed.findIndex((word, i) => {
        const folded = fold(shown[i]);
        return !folded.startsWith(word) || [...word].length < Math.min(TELLING, [...folded].length);
    });
    return wrong === -1 ? {} : { place: wrong + 1 };
}

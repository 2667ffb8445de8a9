// Deterministic CBOR (RFC 8949 § 4.2.1) of whole numbers, bytes, texts, arrays and null: all that the formats use. Whoever reads writes what was understood
// again and refuses bytes that differ, so that a thing has one encoding. Does no I/O.

import { be, cat, number, same, utf8 } from "./bytes.mjs";

const DEPTH = 8;

/** Bytes that are not one deterministic item. */
export class CborError extends Error {}

function head(major, n) {
    const kind = major << 5;
    if (n < 24) return [kind | n];
    if (n < 2 ** 8) return [kind | 24, n];
    if (n < 2 ** 16) return cat([kind | 25], be(n, 2));
    if (n < 2 ** 32) return cat([kind | 26], be(n, 4));
    return cat([kind | 27], be(n, 8));
}

/** The bytes of a number, byte string, text, array or null. */
export function encode(item) {
    if (item === null) return Uint8Array.of(0xf6);
    if (typeof item === "number") return cat(head(0, item));
    if (typeof item === "string") {
        const bytes = utf8(item);
        return cat(head(3, bytes.length), bytes);
    }
    if (item instanceof Uint8Array) return cat(head(2, item.length), item);
    return cat(head(4, item.length), ...item.map(encode));
}

function read(bytes, at, depth) {
    const [major, low] = [bytes[at] >> 5, bytes[at] & 31];
    if (bytes[at] === 0xf6) return [null, at + 1];
    const long = low < 24 ? 0 : 2 ** (low - 24);
    if (at >= bytes.length || low > 27 || depth > DEPTH) throw new CborError();
    const n = long === 0 ? low : number(bytes.subarray(at + 1, at + 1 + long));
    at += 1 + long;
    if (at > bytes.length || !Number.isSafeInteger(n)) throw new CborError();
    if (major === 0) return [n, at];
    if (major === 4) {
        const items = [];
        if (n > bytes.length - at) throw new CborError();
        for (let i = 0; i < n; i++) {
            const [item, next] = read(bytes, at, depth + 1);
            items.push(item);
            at = next;
        }
        return [items, at];
    }
    if ((major !== 2 && major !== 3) || n > bytes.length - at) throw new CborError();
    const held = bytes.slice(at, at + n);
    if (major === 2) return [held, at + n];
    try {
        return [new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(held), at + n];
    } catch {
        throw new CborError();
    }
}

/** The item these bytes are. Throws [`CborError`] for anything else. */
export function decode(bytes) {
    const [item, end] = read(bytes, 0, 0);
    if (end !== bytes.length || !same(encode(item), bytes)) throw new CborError();
    return item;
}

// Bytes, and the encodings of docs/formats/sealing.md. Big endian. Does no I/O but draw random bytes from the browser.

const TEXT = new TextEncoder();

export const utf8 = (text) => TEXT.encode(text);

/** Joins byte strings; texts among them as UTF-8, arrays of numbers as bytes. */
export function cat(...parts) {
    const all = parts.map((part) => (typeof part === "string" ? utf8(part) : part));
    const out = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of all) {
        out.set(part, at);
        at += part.length;
    }
    return out;
}

/** A whole number below 2^53 in so many bytes. */
export function be(n, bytes) {
    const out = new Uint8Array(bytes);
    for (let i = bytes - 1; i >= 0; i--) {
        out[i] = n % 256;
        n = Math.floor(n / 256);
    }
    return out;
}

export const number = (bytes) => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

export const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Bytes of lower-case hexadecimal; `null` if it is none. */
export function fromHex(text) {
    if (!/^([0-9a-f]{2})*$/.test(text)) return null;
    return Uint8Array.from(text.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}

/** RFC 4648 base 32, lower case, unpadded: how ids are written. */
export function base32(bytes) {
    let [out, held, bits] = ["", 0, 0];
    for (const byte of bytes) {
        held = ((held << 8) | byte) & 0xfff;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            out += "abcdefghijklmnopqrstuvwxyz234567"[(held >> bits) & 31];
        }
    }
    return bits === 0 ? out : out + "abcdefghijklmnopqrstuvwxyz234567"[(held << (5 - bits)) & 31];
}

/** Fresh random bytes, of any number: browsers give at most 65,536 at once. */
export function random(bytes) {
    const out = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(out.subarray(at, at + 65536));
    return out;
}

/** A number below n (1 to 256), each equally likely: bytes that would favour some are drawn again. */
export function below(n) {
    for (;;) {
        const [byte] = random(1);
        if (byte < 256 - (256 % n)) return byte % n;
    }
}

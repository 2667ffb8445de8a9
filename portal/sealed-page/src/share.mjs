// Shares of a file key: Shamir's scheme byte by byte over GF(2^8) with x^8+x^4+x^3+x+1, the x of a share being its slot. Does no I/O but draw random bytes.

import { be, below, cat, random } from "./bytes.mjs";
import { hash, sealTo } from "./suite.mjs";

/** Multiplication without tables and without branches on the secret. */
function times(a, b) {
    let product = 0;
    for (let bit = 0; bit < 8; bit++) {
        product ^= -(b & 1) & a;
        a = ((a << 1) ^ (-(a >> 7) & 0x11b)) & 0xff;
        b >>= 1;
    }
    return product & 0xff;
}

/** Splits a key so that any k of the slots give it back; coefficients are uniform over all 256 values. */
export function split(key, k, slots) {
    const coefficients = [key, ...Array.from({ length: k - 1 }, () => random(key.length))];
    // Horner's rule, from the highest coefficient down.
    const at = (x, byte) => coefficients.reduceRight((sum, coefficient) => times(sum, x) ^ coefficient[byte], 0);
    return slots.map((slot) => ({ slot, value: Uint8Array.from(key, (_, byte) => at(slot, byte)) }));
}

/** Draws the slots of one part, every subset equally likely, in the order of their numbers. */
export function pick(quorum) {
    const slots = [...quorum.slots];
    for (let i = 0; i < quorum.draw; i++) {
        const other = i + below(slots.length - i);
        [slots[i], slots[other]] = [slots[other], slots[i]];
    }
    return slots.slice(0, quorum.draw).sort((a, b) => a.slot - b.slot);
}

/** What one quorum sees: a share sealed to each drawn slot and bound to the part, and a check for each. */
export function lock(quorum, part, listNo, key) {
    const drawn = pick(quorum);
    return split(key, quorum.k, drawn.map(({ slot }) => slot)).map(({ slot, value }, i) => {
        const aad = cat(part, be(listNo, 4), be(quorum.no, 2), [quorum.k, drawn.length, slot]);
        const check = hash("kniha/1/share-check", part, be(quorum.no, 2), [slot], value);
        return { slot, id: drawn[i].id, ...sealTo(drawn[i].key, "kniha/1/share", aad, value), check };
    });
}

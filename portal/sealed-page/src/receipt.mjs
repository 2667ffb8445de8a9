// The cooperation receipt of a submission, and its leaf (docs/formats/sealing.md, "Receipt"). Does no I/O but draw random bytes.

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";

import { be, cat, random, utf8 } from "./bytes.mjs";
import { encode } from "./cbor.mjs";
import { hash, mac } from "./suite.mjs";

const CAPSULE = 4096;
const NONCE = 24;
const TAG = 16;

/** Merkle tree in the shape of RFC 6962 § 2.1. */
function root(leaves) {
    if (leaves.length === 0) return hash("kniha/1/none");
    if (leaves.length === 1) return leaves[0];
    const middle = 2 ** Math.ceil(Math.log2(leaves.length)) / 2;
    return hash("kniha/1/node", root(leaves.slice(0, middle)), root(leaves.slice(middle)));
}

/** The roots of a form: `fields` are all paths of its version, each with its answer or `null`. Files come later, and are vouched for by their own parts. */
export function roots(formVersion, fields, saltsSeed) {
    const blocks = new Map();
    const ascending = (a, b) => (a < b ? -1 : 1);
    for (const path of [...fields.keys()].sort(byBlockThenName)) {
        const leaf = hash("kniha/1/field", mac(saltsSeed, utf8(path)), be(utf8(path).length, 2), path, encode(fields.get(path)));
        const block = path.split("/")[0];
        blocks.set(block, [...(blocks.get(block) ?? []), leaf]);
    }
    const blockRoots = [...blocks.keys()].sort(ascending).map((block) => root(blocks.get(block)));
    const files = root([]);
    return { formVersion, blockRoots, files, fieldsRoot: hash("kniha/1/form", be(formVersion, 4), be(blockRoots.length, 4), ...blockRoots, files) };
}

/** The order of paths: block first, then name, each by its bytes. */
export function byBlockThenName(a, b) {
    const [[blockA, nameA], [blockB, nameB]] = [a.split("/"), b.split("/")];
    if (blockA !== blockB) return blockA < blockB ? -1 : 1;
    return nameA < nameB ? -1 : 1;
}

/** A leaf that nobody can tell from a receipt. */
export const filler = () => cat([1, 0], random(32 + CAPSULE));

/** Makes the receipt of a form whose roots hang on the nonce's salts: `{leaf, receipt}`, the receipt as it stands in the cover. */
export function make(source, formVersion, fields, statement) {
    const nonce = random(NONCE);
    const { signing, blind, saltsSeed } = source.receipt(nonce);
    const tree = roots(formVersion, fields, saltsSeed);
    const nobody = new Uint8Array(32);
    const commitment = hash("kniha/1/receipt", [1], blind, hash("kniha/1/receipt-keys", signing.publicKey), tree.fieldsRoot, nobody);
    const inside = encode([1, tree.fieldsRoot, formVersion, tree.blockRoots, tree.files, null, statement]);
    const plain = new Uint8Array(CAPSULE - NONCE - TAG);
    plain.set(cat(be(inside.length, 2), inside));
    const capsule = cat(nonce, xchacha20poly1305(source.capsuleKey, nonce, utf8("kniha/1/capsule")).encrypt(plain));
    return { leaf: cat([1, 0], commitment, capsule), receipt: { saltsSeed, fieldsRoot: tree.fieldsRoot, commitment } };
}

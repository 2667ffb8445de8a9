// Key lists: which keys a part is sealed to, and who says so. A list is believed when it stands in the chain that begins with the digest the page was given
// (docs/formats/sealing.md, "Key list"); anything else is refused with a reason the page can say. Does no I/O; the day is an argument.

import { be, number, same, utf8 } from "./bytes.mjs";
import { CborError, decode } from "./cbor.mjs";
import { hash, keyId, SIGN_PUBLIC, SIGNATURE, verify, XWING_PUBLIC } from "./suite.mjs";
import { spoken } from "./words.mjs";

const MAGIC = "kniha-keys";
const MOST_LISTS = 10_000;
const MOST_LIST = 2 * 1024 * 1024;
const MOST_DRAWN = 24;

/** Why key lists are not believed: `why` is `malformed`, `not-first`, `other-book`, `gap`, `fork`, `too-few`, `days`, `quorum`. */
export class KeysError extends Error {
    constructor(why, no) {
        super(`key list ${no ?? "?"}: ${why}`);
        this.why = why;
    }
}

/** The signed lists in what `GET /keys` gives, from list 1 on. */
export function readAnswer(bytes) {
    const bad = () => new KeysError("malformed");
    const start = MAGIC.length + 1;
    if (!same(bytes.subarray(0, start), Uint8Array.of(...utf8(MAGIC), 1))) throw bad();
    const lists = [];
    for (let at = start; at < bytes.length; ) {
        const len = number(bytes.subarray(at, at + 4));
        if (at + 4 + len > bytes.length || len > MOST_LIST || lists.length === MOST_LISTS) throw bad();
        lists.push(readSigned(bytes.slice(at + 4, at + 4 + len)));
        at += 4 + len;
    }
    return lists;
}

/** One signed list: `[list bytes, [[custodian id, signature] …]]`, ids ascending. */
function readSigned(bytes) {
    try {
        const [inner, signatures, ...more] = array(decode(bytes), 2);
        for (const signature of array(signatures)) {
            sized(array(signature, 2)[0], 8);
            sized(signature[1], SIGNATURE);
        }
        const rising = signatures.every(([id], i) => i === 0 || compare(signatures[i - 1][0], id) < 0);
        if (more.length > 0 || signatures.length > 64 || !rising) throw new CborError();
        return { bytes: inner, signatures, list: readList(decode(inner)), digest: hash("kniha/1/list", inner) };
    } catch (error) {
        throw error instanceof CborError ? new KeysError("malformed") : error;
    }
}

function readList(item) {
    const [version, book, no, prev, from, to, root, quorums, reply, collect, log, witnesses, addresses] = array(item, 13);
    const [t, custodians] = array(root, 2);
    if (version !== 1) throw new CborError();
    sized(book, 32);
    if (prev !== null) sized(prev, 32);
    for (const n of [no, from, to]) int(n, 2 ** 32 - 1);
    int(t, 255);
    for (const key of [...array(custodians), reply, collect, log]) sized(key, SIGN_PUBLIC);
    for (const names of [witnesses, addresses]) if (array(names).length > 32 || !names.every((name) => text(name, 255))) throw new CborError();
    const halves = new Set(custodians.map((key) => key.slice(0, 32).join()));
    if (t < 1 || t > custodians.length || custodians.length > 32 || halves.size !== custodians.length || to < from) throw new CborError();
    const read = array(quorums).map((quorum) => {
        const [number, name, k, draw, slots] = array(quorum, 5);
        int(number, 65535);
        if (!text(name, 64)) throw new CborError();
        for (const n of [k, draw]) int(n, 255);
        return { no: number, k, draw, slots: array(slots).map(readSlot) };
    });
    if (read.length > 32 || read.reduce((sum, quorum) => sum + quorum.slots.length, 0) > 512) throw new CborError();
    return { book, no, prev, from, to, root: { t, custodians }, quorums: read };
}

function readSlot(item) {
    const [slot, key, signing, from, to] = array(item, 5);
    int(slot, 255);
    sized(key, XWING_PUBLIC);
    sized(signing, SIGN_PUBLIC);
    for (const day of [from, to]) int(day, 2 ** 32 - 1);
    return { slot, key, from, to };
}

function array(item, len) {
    if (!Array.isArray(item) || (len !== undefined && item.length !== len)) throw new CborError();
    return item;
}
function sized(item, len) {
    if (!(item instanceof Uint8Array) || item.length !== len) throw new CborError();
}
function int(item, most) {
    if (typeof item !== "number" || item > most) throw new CborError();
}
const text = (item, most) => typeof item === "string" && utf8(item).length <= most;

function compare(a, b) {
    const at = a.findIndex((byte, i) => byte !== b[i]);
    return at === -1 ? 0 : a[at] - b[at];
}

/** How many of a root's custodians signed. */
function signers(signed, root) {
    return root.custodians.filter((key) => {
        const id = hash("kniha/1/custodian", key).slice(0, 8);
        const found = signed.signatures.find(([other]) => same(other, id));
        return found !== undefined && verify(key, "key-list", signed.bytes, found[1]);
    }).length;
}

const sameRoot = (a, b) => a.t === b.t && a.custodians.length === b.custodians.length && a.custodians.every((key, i) => same(key, b.custodians[i]));

/** The newest list of a chain that begins with this digest. */
export function believe(lists, firstDigest) {
    let held = null;
    for (const signed of lists) {
        const { list } = signed;
        const refuse = (why) => new KeysError(why, list.no);
        if (held === null) {
            if (!same(signed.digest, firstDigest) || list.no !== 1 || list.prev !== null) throw refuse("not-first");
        } else {
            if (!same(list.book, held.list.book)) throw refuse("other-book");
            if (list.no !== held.list.no + 1) throw refuse("gap");
            if (list.prev === null || !same(list.prev, held.digest)) throw refuse("fork");
        }
        const root = (held ?? signed).list.root;
        if (signers(signed, root) < root.t) throw refuse("too-few");
        if (!sameRoot(root, list.root) && signers(signed, list.root) < list.root.t) throw refuse("too-few");
        held = signed;
    }
    if (held === null) throw new KeysError("malformed");
    return held;
}

/** The same, unless it does not hold today. */
export function holds(held, day) {
    if (day < held.list.from || day > held.list.to) throw new KeysError("days", held.list.no);
    return held;
}

/** A quorum with the keys that hold on this day: `{no, k, draw, slots: [{slot, key, id}]}`. */
export function quorumOf(list, no, day) {
    const listed = list.quorums.find((quorum) => quorum.no === no);
    const slots = (listed?.slots ?? []).filter((slot) => slot.from <= day && day <= slot.to).map(({ slot, key }) => ({ slot, key, id: keyId(key) }));
    const { k, draw } = listed ?? { k: 0, draw: 0 };
    const distinct = new Set(slots.map(({ slot }) => slot)).size === slots.length && new Set(slots.map(({ id }) => id.join())).size === slots.length;
    const works = k >= 1 && k <= draw && draw <= MOST_DRAWN && draw <= slots.length && slots.length <= 255 && slots.every(({ slot }) => slot > 0);
    if (!works || !distinct) throw new KeysError("quorum", list.no);
    return { no, k, draw, slots };
}

/** The six words of the week of this day. */
export function weekWords(held, day, words) {
    return spoken(words, hash("kniha/1/week", held.list.book, held.digest, be(Math.floor(day / 7), 4)), 6);
}

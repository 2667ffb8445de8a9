#!/usr/bin/env node
// Reads docs/formats/vectors/seal-*.json with another language and other primitives (the @noble packages, which npm age-encryption brings):
//
//     node docs/formats/open_vectors.mjs path/to/node_modules
//
// Written from sealing.md alone: if this opens a part, so can you. Prints what it checked; stops at the first thing that is not so.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(process.argv[2] + "/").href);
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { extract, expand } = await load("@noble/hashes/hkdf.js");
const { sha256 } = await load("@noble/hashes/sha2.js");
const { hmac } = await load("@noble/hashes/hmac.js");
const { argon2id } = await load("@noble/hashes/argon2.js");
const { chacha20poly1305, xchacha20poly1305 } = await load("@noble/ciphers/chacha.js");
const { MLKEM768X25519 } = await load("@noble/post-quantum/hybrid.js");
const { ml_dsa65 } = await load("@noble/post-quantum/ml-dsa.js");
const { ed25519 } = await load("@noble/curves/ed25519.js");

const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const toHex = (bytes) => Buffer.from(bytes).toString("hex");
const base64 = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const utf8 = (text) => new TextEncoder().encode(text);
const cat = (...parts) => Uint8Array.from(parts.flatMap((p) => [...(typeof p === "string" ? utf8(p) : p)]));
const be = (n, bytes) => Uint8Array.from({ length: bytes }, (_, i) => Number((BigInt(n) >> BigInt(8 * (bytes - 1 - i))) & 255n));
const hash = (...parts) => sha256(cat(...parts));
const vectors = (name) => JSON.parse(readFileSync(new URL(`vectors/seal-${name}.json`, import.meta.url), "utf8"));
const checked = (what) => console.log(`  ok  ${what}`);

// HPKE base mode, KEM 0x647A, HKDF-SHA256, ChaCha20-Poly1305 (RFC 9180).
function hpkeOpen(seed, enc, info, aad, body) {
    const suite = cat("HPKE", hex("647a00010003"));
    const ext = (salt, label, ikm) => extract(sha256, cat("HPKE-v1", suite, label, ikm), salt);
    const context = cat([0], ext(new Uint8Array(0), "psk_id_hash", ""), ext(new Uint8Array(0), "info_hash", info));
    const secret = ext(MLKEM768X25519.decapsulate(enc, seed), "secret", "");
    const exp = (label, len) => expand(sha256, secret, cat(be(len, 2), "HPKE-v1", suite, label, context), len);
    return chacha20poly1305(exp("key", 32), exp("base_nonce", 12), aad).decrypt(body);
}

// Both halves of suite 1.
function verify(publicKey, label, message, signature) {
    const signed = cat(label, message);
    assert(ed25519.verify(signature.slice(0, 64), signed, publicKey.slice(0, 32)), "Ed25519");
    assert(ml_dsa65.verify(signature.slice(64), signed, publicKey.slice(32)), "ML-DSA-65");
}

// Deterministic CBOR of integers, bytes, texts, arrays and null.
function cbor(bytes, at = 0) {
    const major = bytes[at] >> 5;
    if (bytes[at] === 0xf6) return [null, at + 1];
    let n = bytes[at++] & 31;
    if (n >= 24) {
        const len = 1 << (n - 24);
        n = Number(bytes.slice(at, at + len).reduce((sum, b) => sum * 256n + BigInt(b), 0n));
        at += len;
    }
    if (major === 0) return [n, at];
    if (major === 2) return [bytes.slice(at, at + n), at + n];
    if (major === 3) return [new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(at, at + n)), at + n];
    assert.equal(major, 4);
    const items = [];
    for (let i = 0; i < n; i++) {
        const [item, next] = cbor(bytes, at);
        items.push(item);
        at = next;
    }
    return [items, at];
}
function cborText(text) {
    const bytes = utf8(text);
    return cat(bytes.length < 24 ? [0x60 + bytes.length] : bytes.length < 256 ? [0x78, bytes.length] : cat([0x79], be(bytes.length, 2)), bytes);
}

// GF(2^8) with x^8+x^4+x^3+x+1.
function times(a, b) {
    let product = 0;
    for (; b; b >>= 1) {
        if (b & 1) product ^= a;
        a = ((a << 1) ^ (a & 0x80 ? 0x11b : 0)) & 0xff;
    }
    return product;
}
const inverse = (a) => { for (let b = 1; b < 256; b++) if (times(a, b) === 1) return b; };
function combine(shares) {
    return Uint8Array.from({ length: 16 }, (_, byte) => shares.reduce((sum, i) => {
        const basis = shares.filter((j) => j.slot !== i.slot).reduce((p, j) => times(p, times(j.slot, inverse(j.slot ^ i.slot))), 1);
        return sum ^ times(basis, i.value[byte]);
    }, 0));
}

function source() {
    const { book, sources } = vectors("source");
    const lists = Object.fromEntries(["be", "ru", "uk", "en"].map((lang) => [lang, readFileSync(new URL(`../../seal/words/${lang}.txt`, import.meta.url), "utf8").trim().split("\n")]));
    const bitsOf = (bytes) => [...bytes].map((b) => b.toString(2).padStart(8, "0")).join("");
    for (const s of sources) {
        const bits = hex(s.bits);
        const all = bitsOf(bits) + bitsOf(sha256(bits)).slice(0, 4);
        for (const [lang, list] of Object.entries(lists)) {
            assert.equal(all.match(/.{11}/g).map((n) => list[parseInt(n, 2)]).join(" "), s.words[lang]);
        }
        const root = extract(sha256, bits, hex(book));
        const key = (label, len, more = "") => expand(sha256, root, cat("kniha/1/", label, more), len);
        assert.equal(toHex(key("mailbox-id", 16)), s.mailbox_id);
        assert.equal(bitsOf(key("mark", 3)).slice(0, 22).match(/.{11}/g).map((n) => lists.be[parseInt(n, 2)]).join(" "), s.mark_be);
        assert.equal(toHex(key("reply-xwing", 32)), s.reply_seed);
        assert.equal(toHex(sha256(MLKEM768X25519.getPublicKey(key("reply-xwing", 32)))), s.reply_public_sha256);
        const pair = (ed, ml) => cat(ed25519.getPublicKey(ed), ml_dsa65.keygen(ml).publicKey);
        assert.equal(toHex(sha256(pair(key("voice-ed25519", 32), key("voice-mldsa", 32)))), s.voice_public_sha256);
        assert.equal(toHex(key("capsule-key", 32)), s.capsule_key);
        const nonce = hex(s.nonce);
        assert.equal(toHex(sha256(pair(key("receipt-ed25519", 32, nonce), key("receipt-mldsa", 32, nonce)))), s.receipt_public_sha256);
        assert.equal(toHex(key("receipt-blind", 32, nonce)), s.receipt_blind);
        assert.equal(toHex(key("receipt-salts", 32, nonce)), s.receipt_salts_seed);
        assert.equal(toHex(key("receipt-person", 32, nonce)), s.receipt_person_salt);
    }
    checked(`${sources.length} sources: words in four languages and every key`);
}

function small() {
    const { padding, shares, signature } = vectors("small");
    for (const { bytes, text, file } of padding) {
        const step = (n) => Math.max(16384, 2 ** Math.ceil(Math.log2(n)));
        const e = Math.floor(Math.log2(bytes)), s = e === 0 ? 1 : Math.floor(Math.log2(e)) + 1, unit = 2 ** Math.max(e - s, 0);
        assert.deepEqual([text, file], [step(bytes), Math.max(16384, Math.ceil(Math.ceil(bytes / unit) * unit / 4096) * 4096)]);
    }
    const given = shares.shares.map((s) => ({ slot: s.slot, value: hex(s.share), check: s.check }));
    assert.equal(toHex(combine(given.slice(0, shares.k))), shares.file_key);
    assert.equal(toHex(combine(given.slice(-shares.k))), shares.file_key);
    for (const s of given) assert.equal(toHex(hash("kniha/1/share-check", hex(shares.part), be(shares.quorum, 2), [s.slot], s.value)), s.check);
    verify(hex(signature.public), signature.label, hex(signature.message), hex(signature.signature));
    checked("padding, shares and their checks, a signature");
}

function part() {
    const v = vectors("part");
    const lines = v.header.split("\n");
    assert.equal(lines.shift(), "age-encryption.org/v1");
    const stanzas = [];
    while (lines[0].startsWith("-> ")) {
        const stanza = { args: lines.shift().slice(3).split(" "), body: "" };
        for (let line; ; ) {
            stanza.body += line = lines.shift();
            if (line.length < 64) break;
        }
        stanzas.push(stanza);
    }
    assert.equal(stanzas[0].args[0], "kniha-part");
    assert.equal(Number(stanzas[0].args[3]), v.list_no);
    for (const [quorum, members] of Object.entries(v.members)) {
        const mine = stanzas.filter((s) => s.args[0] === "kniha-share" && s.args[2] === quorum);
        const checks = base64(stanzas.find((s) => s.args[0] === "kniha-check" && s.args[2] === quorum).body);
        const shares = mine.map(({ args: [, , q, k, n, slot, keyId, enc], body }, i) => {
            const member = members.find((m) => m.slot === Number(slot));
            assert.equal(member.key_id, keyId);
            assert.equal(toHex(hash("kniha/1/key-id", MLKEM768X25519.getPublicKey(hex(member.seed)))).slice(0, 16), keyId);
            const aad = cat(hex(v.part), be(v.list_no, 4), be(q, 2), [Number(k), Number(n), Number(slot)]);
            const value = hpkeOpen(hex(member.seed), base64(enc), "kniha/1/share", aad, base64(body));
            assert.equal(toHex(hash("kniha/1/share-check", hex(v.part), be(q, 2), [Number(slot)], value)), toHex(checks.slice(32 * i, 32 * i + 32)));
            return { slot: Number(slot), value, k: Number(k) };
        });
        const key = combine(shares.slice(0, shares[0].k));
        const macKey = expand(sha256, extract(sha256, key, new Uint8Array(0)), utf8("header"), 32);
        const [before, mac] = [v.header.slice(0, v.header.lastIndexOf("---") + 3), v.header.slice(v.header.lastIndexOf("---") + 4).trim()];
        assert.equal(toHex(hmac(sha256, macKey, utf8(before))), toHex(base64(mac)));
        const payload = base64(v.payload);
        assert.equal(toHex(sha256(payload)), v.payload_sha256);
        const payloadKey = expand(sha256, extract(sha256, key, payload.slice(0, 16)), utf8("payload"), 32);
        const chunks = [];
        for (let at = 16; at < payload.length; at += 65552) chunks.push(payload.slice(at, at + 65552));
        const plain = cat(...chunks.map((chunk, i) => chacha20poly1305(payloadKey, cat(be(i, 11), [i === chunks.length - 1 ? 1 : 0])).decrypt(chunk)));
        const view = new DataView(plain.buffer);
        const len = view.getUint32(0), contentLen = Number(view.getBigUint64(plain.length - 8));
        const content = plain.slice(4 + len, 4 + len + contentLen);
        assert.equal(toHex(content), v.content);
        assert(plain.slice(4 + len + contentLen, -8).every((b) => b === 0));
        const written = plain.slice(4, 4 + len);
        assert.equal(toHex(written), v.cover);
        const [cover] = cbor(written);
        assert.equal(toHex(cover[2]), v.part);
        assert.equal(toHex(hash("kniha/1/part", hex(v.submission), [0], be(0, 4))).slice(0, 32), v.part);
        // The signature is over the cover with null in its place, and the content's hash.
        const unsigned = cat(written.slice(0, -(3 + cover[13].length)), [0xf6]);
        verify(cover[10][2], "kniha/1/sign/cover", cat(unsigned, sha256(content)), cover[13]);
    }
    checked("a part: shares, header, payload, cover, the source's signature");
}

function block() {
    const v = vectors("block");
    const bytes = base64(v.block);
    assert.deepEqual([bytes.length, bytes[0]], [8192, 1]);
    const aad = cat([1], hex(v.book), hex(v.mailbox_id));
    const plain = hpkeOpen(hex(v.reply_seed), bytes.slice(1, 1121), "kniha/1/block", aad, bytes.slice(1121));
    const len = plain[0] * 256 + plain[1];
    const written = plain.slice(2, 2 + len), signature = plain.slice(2 + len, 2 + len + 3373);
    const [answer] = cbor(written);
    assert.deepEqual(answer, [1, v.answer.seq, 2, v.answer.lang, v.answer.day, v.answer.list_no, v.answer.text]);
    verify(hex(v.team_public), "kniha/1/sign/reply", cat(hex(v.book), hex(v.mailbox_id), written), signature);
    checked("an answer in a mailbox block");
}

function keylist() {
    const v = vectors("keylist");
    let root = null, before = null;
    v.lists.forEach((text, i) => {
        const [[inner, signatures]] = cbor(base64(text));
        const [list] = cbor(inner);
        assert.equal(toHex(hash("kniha/1/list", inner)), v.digests[i]);
        assert.deepEqual([list[2], list[3] && toHex(list[3])], [i + 1, before]);
        const [t, keys] = (root ??= list[6]);
        const good = keys.filter((key) => {
            const found = signatures.find(([id]) => toHex(id) === toHex(hash("kniha/1/custodian", key)).slice(0, 16));
            if (found) verify(key, "kniha/1/sign/key-list", inner, found[1]);
            return found;
        });
        assert(good.length >= t);
        [root, before] = [list[6], v.digests[i]];
    });
    checked("two key lists in a chain");
}

function receipt() {
    const v = vectors("receipt");
    const root = (leaves) => {
        if (leaves.length === 0) return hash("kniha/1/none");
        if (leaves.length === 1) return leaves[0];
        const middle = 2 ** Math.ceil(Math.log2(leaves.length)) / 2;
        return hash("kniha/1/node", root(leaves.slice(0, middle)), root(leaves.slice(middle)));
    };
    const blocks = {};
    for (const path of Object.keys(v.fields).sort()) {
        const salt = hmac(sha256, hex(v.salts_seed), utf8(path));
        const value = v.fields[path] === null ? [0xf6] : cborText(v.fields[path]);
        (blocks[path.split("/")[0]] ??= []).push(hash("kniha/1/field", salt, be(utf8(path).length, 2), path, value));
    }
    const blockRoots = Object.keys(blocks).sort().map((name) => root(blocks[name]));
    assert.deepEqual(blockRoots.map(toHex), v.block_roots);
    const files = root(v.files.map((file) => hash("kniha/1/file", hex(file))));
    assert.equal(toHex(files), v.files_root);
    const m = hash("kniha/1/form", be(v.form_version, 4), be(blockRoots.length, 4), ...blockRoots, files);
    assert.equal(toHex(m), v.fields_root);
    const person = argon2id(utf8(v.person_text), hex(v.person_salt), { m: 64 * 1024, t: 3, p: 1, dkLen: 32 });
    assert.equal(toHex(person), v.person);
    const c = hash("kniha/1/receipt", [1], hex(v.blind), hash("kniha/1/receipt-keys", hex(v.keys)), m, person);
    assert.equal(toHex(c), v.commitment);
    const leaf = base64(v.leaf);
    assert.deepEqual([leaf.length, leaf[0], leaf[1], toHex(leaf.slice(2, 34))], [4130, 1, 0, v.commitment]);
    const capsule = leaf.slice(34);
    const plain = xchacha20poly1305(hex(v.capsule_key), capsule.slice(0, 24), utf8("kniha/1/capsule")).decrypt(capsule.slice(24));
    const [held] = cbor(plain.slice(2, 2 + plain[0] * 256 + plain[1]));
    assert.equal(toHex(held[1]), v.fields_root);
    checked(`a receipt: fields, person, commitment, capsule ("${held[6]}")`);
}

function memberKey() {
    const v = vectors("member-key");
    const lists = Object.fromEntries(["be", "ru", "uk", "en"].map((lang) => [lang, readFileSync(new URL(`../../seal/words/${lang}.txt`, import.meta.url), "utf8").trim().split("\n")]));
    const bitsOf = (words, lang) => words.split(" ").map((w) => lists[lang].indexOf(w).toString(2).padStart(11, "0")).join("");
    const phrases = Object.entries(v.passphrase).map(([lang, words]) => bitsOf(words, lang));
    assert(phrases.every((bits) => bits.length === 88 && bits === phrases[0]));
    const passphrase = Uint8Array.from(phrases[0].match(/.{8}/g).map((b) => parseInt(b, 2)));
    // The lines: blocks of four letters, the last of a line checks it.
    const lines = v.text.trim().split("\n");
    assert.deepEqual([lines.shift(), lines.pop()], ["kniha-secret-key 1", "kniha-secret-key end"]);
    const base32 = "abcdefghijklmnopqrstuvwxyz234567";
    const bits = (bytes) => [...bytes].map((b) => b.toString(2).padStart(8, "0")).join("");
    const letters = lines.map((line, i) => {
        const blocks = line.split(" "), check = blocks.pop(), own = blocks.join("");
        assert.equal(bits(hash("kniha/1/key-line", [i + 1], own)).slice(0, 20).match(/.{5}/g).map((n) => base32[parseInt(n, 2)]).join(""), check);
        return own;
    }).join("");
    const all = [...letters].map((c) => base32.indexOf(c).toString(2).padStart(5, "0")).join("");
    const bytes = Uint8Array.from(all.match(/.{8}/g).map((b) => parseInt(b, 2)));
    assert.equal(toHex(bytes), toHex(base64(v.file)));
    const [[version, [m, t, p], salt, fingerprint, nonce, body], end] = cbor(bytes);
    assert.deepEqual([version, m, t, p, end], [1, 262144, 3, 1, bytes.length]);
    const key = argon2id(passphrase, salt, { m, t, p, dkLen: 32 });
    const aad = cat("kniha/1/member-key", be(m, 4), be(t, 4), be(p, 4), salt, fingerprint);
    const seeds = xchacha20poly1305(key, nonce, aad).decrypt(body);
    const [opening, ed, ml] = [0, 32, 64].map((at) => seeds.slice(at, at + 32));
    const own = cat(MLKEM768X25519.getPublicKey(opening), ed25519.getPublicKey(ed), ml_dsa65.keygen(ml).publicKey);
    assert.equal(toHex(hash("kniha/1/member", own)), toHex(fingerprint));
    const written = v.public.trim().split("\n");
    assert.deepEqual([written.shift(), written.pop()], ["kniha-public-key 1", `check ${toHex(fingerprint)}`]);
    assert(written.slice(0, -1).every((line) => line.length === 64));
    assert.equal(toHex(base64(written.join(""))), toHex(own));
    for (const [lang, words] of Object.entries(v.spoken)) assert.equal(bitsOf(words, lang), bits(fingerprint).slice(0, 110));
    verify(own.slice(1216), "kniha/1/sign/act", hex(v.message), hex(v.signature));
    checked("a member's key: passphrase, lines, both halves");
}

function team() {
    const v = vectors("team");
    const id = (seed) => toHex(hash("kniha/1/key-id", MLKEM768X25519.getPublicKey(seed)).slice(0, 8));
    const wrap = (bytes, seed, subject) => {
        const [[version, to, of, epoch, enc, body], end] = cbor(bytes);
        assert.deepEqual([version, toHex(to), toHex(of), epoch, end], [1, id(seed), subject, v.epoch, bytes.length]);
        return hpkeOpen(seed, enc, "kniha/1/wrap", cat(of, be(epoch, 4)), body);
    };
    const caseSeed = wrap(base64(v.case_wrap), hex(v.member_seed), v.case);
    assert.equal(toHex(caseSeed), v.case_seed);
    const half = hex(v.half), block = wrap(base64(v.part_wrap), caseSeed, v.part).map((byte, i) => byte ^ half[i]);
    assert.equal(toHex(block.slice(0, 16)), v.file_key);
    assert.equal(toHex(block.slice(16)), toHex(hash("kniha/1/part-block", hex(v.part), hex(v.file_key)).slice(0, 16)));

    const [[version, to, part, quorum, slot, until, enc, body]] = cbor(base64(v.offer));
    assert.deepEqual([version, toHex(to), toHex(part), quorum, slot, until], [1, id(hex(v.member_seed)), v.part, v.quorum, v.slot, v.until_us]);
    const share = hpkeOpen(hex(v.member_seed), enc, "kniha/1/offer", cat(part, be(quorum, 2), [slot], be(until, 8)), body);
    assert.equal(toHex(share), v.share);
    const [[, , ownEnc, ownBody]] = cbor(base64(v.own));
    assert.equal(toHex(hpkeOpen(hex(v.member_seed), ownEnc, "kniha/1/own", utf8(v.own_use), ownBody)), v.own_secret);

    let prev = new Uint8Array(32);
    for (const entry of v.log) {
        const sealed = base64(entry.sealed), [[one, auditors]] = cbor(sealed);
        assert.deepEqual([one, auditors.length, toHex(auditors[0][0])], [1, 1, id(hex(v.auditor_seed))]);
        const [said] = cbor(hpkeOpen(hex(v.auditor_seed), auditors[0][1], "kniha/1/read-log", be(entry.n, 8), auditors[0][2]));
        const [vn, n, at, who, through, of, compartment, why] = said;
        assert.deepEqual([vn, n, at, toHex(who), through && toHex(through), toHex(of), compartment, why], [1, entry.n, v.at_us, v.who, entry.case, v.part, 0, entry.why]);
        prev = hash("kniha/1/read-log-entry", be(entry.n, 8), prev, sealed);
        assert.equal(toHex(prev), entry.hash);
    }
    checked("between members: wraps, halves, an offer, the read log");
}

for (const check of [source, small, part, block, keylist, receipt, memberKey, team]) check();

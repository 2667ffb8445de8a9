// The primitives, suite 1 of docs/formats/sealing.md: SHA-256 and HKDF under labels, X-Wing in HPKE base mode, Ed25519 with ML-DSA-65. Does no I/O.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { MLKEM768X25519 } from "@noble/post-quantum/hybrid.js";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js";

import { be, cat } from "./bytes.mjs";

export const XWING_PUBLIC = 1216;
export const SIGN_PUBLIC = 32 + 1952;
export const SIGNATURE = 64 + 3309;

/** SHA-256 of a label and what follows it. */
export const hash = (label, ...parts) => sha256(cat(label, ...parts));
export const digest = (bytes) => sha256(bytes);
/** A hash that is fed piece by piece: `update(bytes)`, then `digest()`. */
export const hasher = () => sha256.create();
export const mac = (key, message) => hmac(sha256, key, message);

export const rootOf = (salt, ikm) => extract(sha256, ikm, salt);
export const grow = (root, bytes, ...info) => expand(sha256, root, cat(...info), bytes);

// --- X-Wing and HPKE -----------------------------------------------------------------------------------------------------------------------------------

/** RFC 9180 names of the suite: KEM 0x647A, HKDF-SHA256, ChaCha20-Poly1305. */
const SUITE_ID = cat("HPKE", [0x64, 0x7a, 0x00, 0x01, 0x00, 0x03]);

export const xwingPublic = (seed) => MLKEM768X25519.getPublicKey(seed);
export const keyId = (publicKey) => hash("kniha/1/key-id", publicKey).slice(0, 8);

/** Seals one message to an X-Wing key (RFC 9180 § 5.1.1, base mode, sequence number 0). */
export function sealTo(publicKey, info, aad, plain) {
    const { cipherText: enc, sharedSecret } = MLKEM768X25519.encapsulate(publicKey);
    const ext = (salt, label, ikm) => extract(sha256, cat("HPKE-v1", SUITE_ID, label, ikm), salt);
    const none = new Uint8Array(0);
    const context = cat([0], ext(none, "psk_id_hash", none), ext(none, "info_hash", info));
    const secret = ext(sharedSecret, "secret", none);
    const exp = (label, bytes) => expand(sha256, secret, cat(be(bytes, 2), "HPKE-v1", SUITE_ID, label, context), bytes);
    return { enc, body: chacha20poly1305(exp("key", 32), exp("base_nonce", 12), aad).encrypt(plain) };
}

// --- Signatures ----------------------------------------------------------------------------------------------------------------------------------------

/** A signing key out of its two seeds. */
export function signingKey(ed25519Seed, mldsaSeed) {
    const mldsa = ml_dsa65.keygen(mldsaSeed);
    return { ed25519Seed, mldsaSecret: mldsa.secretKey, publicKey: cat(ed25519.getPublicKey(ed25519Seed), mldsa.publicKey) };
}

/** Both halves sign `"kniha/1/sign/" ‖ purpose ‖ message`; ML-DSA deterministically. */
export function sign(key, purpose, message) {
    const signed = cat("kniha/1/sign/", purpose, message);
    return cat(ed25519.sign(signed, key.ed25519Seed), ml_dsa65.sign(signed, key.mldsaSecret, { extraEntropy: false }));
}

/** Whether both halves hold. `zip215: false` is RFC 8032's strict reading: canonical points, no key of small order. */
export function verify(publicKey, purpose, message, signature) {
    if (publicKey.length !== SIGN_PUBLIC || signature.length !== SIGNATURE) return false;
    const signed = cat("kniha/1/sign/", purpose, message);
    try {
        return (
            ed25519.verify(signature.slice(0, 64), signed, publicKey.slice(0, 32), { zip215: false }) &&
            ml_dsa65.verify(signature.slice(64), signed, publicKey.slice(32))
        );
    } catch {
        return false; // bytes that are no key or no signature
    }
}

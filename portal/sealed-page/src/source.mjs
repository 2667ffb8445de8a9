// Everything that grows from a source's words: `HKDF-Expand(HKDF-Extract(book id, 128 bits), "kniha/1/" ‖ label)`. Does no I/O.

import { grow, rootOf, signingKey, xwingPublic } from "./suite.mjs";

/** The keys of these 16 bytes in this book. Only what sealing needs: neither the reply seed nor the deposit seed is kept. */
export function sourceOf(book, bits) {
    const root = rootOf(book, bits);
    const key = (label, bytes) => grow(root, bytes, "kniha/1/", label);
    return {
        mailbox: key("mailbox-id", 16),
        reply: xwingPublic(key("reply-xwing", 32)),
        deposit: xwingPublic(key("deposit-xwing", 32)),
        voice: signingKey(key("voice-ed25519", 32), key("voice-mldsa", 32)),
        mark: key("mark", 3),
        capsuleKey: key("capsule-key", 32),
        /** The keys of one receipt: two submissions under one set of words share nothing. */
        receipt(nonce) {
            const of = (label) => grow(root, 32, "kniha/1/", label, nonce);
            return { signing: signingKey(of("receipt-ed25519"), of("receipt-mldsa")), blind: of("receipt-blind"), saltsSeed: of("receipt-salts") };
        },
    };
}

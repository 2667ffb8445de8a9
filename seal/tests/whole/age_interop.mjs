// Opens what we seal and seals what we open, with npm age-encryption. One JSON line in, one out:
// {identity, recipient, file (base64)} → {sha256 of what was in the file, file sealed to the recipient (base64)}.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[2] + "/");
const age = await import(pathToFileURL(require.resolve("age-encryption")).href);

for await (const line of createInterface({ input: process.stdin })) {
    const { identity, recipient, file } = JSON.parse(line);
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    const plain = await decrypter.decrypt(Buffer.from(file, "base64"));
    const encrypter = new age.Encrypter();
    encrypter.addRecipient(recipient);
    const sealed = await encrypter.encrypt(plain);
    const sha256 = createHash("sha256").update(plain).digest("hex");
    console.log(JSON.stringify({ sha256, file: Buffer.from(sealed).toString("base64") }));
}

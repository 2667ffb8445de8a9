// Bundles the page: `node build.mjs WORK OUT WORDS INDEX`, run by scripts/sealed_page.sh. Prints the size of each file, in bytes.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [work, out, words, index] = process.argv.slice(2);
// Every message in every language with the same gaps, and none that nobody says.
const { LANGS, MESSAGES } = await import(pathToFileURL(join(work, "src/messages.mjs")).href);
const said = ["page", "lane"].map((name) => readFileSync(join(work, `src/${name}.mjs`), "utf8")).join("\n");
for (const [name, texts] of Object.entries(MESSAGES)) {
    const gaps = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();
    const whole = texts.length === LANGS.length && texts.every((text) => text !== "" && gaps(text) === gaps(texts[0]));
    // Names are also made of two: `door-` and a code, or what was sent and how that ended.
    const made = (what) => name.startsWith(`${what}-`) && (said.includes(`\`${what}-\${`) || said.includes(`\`\${what}${name.slice(what.length)}\``));
    const used = said.includes(`"${name}"`) || ["report", "file", "door"].some(made);
    if (!whole || !used) throw new Error(`the message ${name} is ${whole ? "said by nobody" : "not whole"}`);
}
for (const [, name] of said.matchAll(/\b(?:t|hint|because)\("([\w-]+)"/g)) {
    if (MESSAGES[name] === undefined) throw new Error(`there is no message ${name}`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "words"), { recursive: true });
// The oldest browsers with 64-bit integers in scripts, streams and modules. Nothing is left to load from elsewhere.
const common = { bundle: true, minify: true, target: ["es2020"], charset: "utf8", legalComments: "eof", logLevel: "warning" };
await build({ ...common, entryPoints: [join(work, "src/page.mjs")], outfile: join(out, "page.js"), format: "esm" });
// Not a module: workers that are modules are newer than the browsers people have.
await build({ ...common, entryPoints: [join(work, "src/worker.mjs")], outfile: join(out, "worker.js"), format: "iife" });
for (const lang of ["be", "ru", "uk", "en"]) copyFileSync(join(words, `${lang}.txt`), join(out, "words", `${lang}.txt`));
copyFileSync(index, join(out, "index.html"));
for (const name of readdirSync(out, { recursive: true }).sort()) {
    const { size } = statSync(join(out, name));
    if (statSync(join(out, name)).isFile()) console.log(`${String(size).padStart(8)}  ${name}`);
}

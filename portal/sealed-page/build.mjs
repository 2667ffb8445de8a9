// Bundles the page: `node build.mjs WORK OUT WORDS INDEX`, run by scripts/sealed_page.sh. Prints the size of each file, in bytes.
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const [work, out, words, index] = process.argv.slice(2);
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

// node parse.js DIR...: parses every .tf file of each folder and prints a JSON array: {"trees": {file: tree}} or {"error": "file:line,column ..."}.
// Several folders at once, because loading the parser takes seconds. It is found through NODE_PATH.
const fs = require("fs");
const path = require("path");
const { parse } = require("@cdktf/hcl2json");

async function parseFolder(folder) {
  const trees = {};
  try {
    for (const name of fs.readdirSync(folder).filter((f) => f.endsWith(".tf")).sort()) {
      trees[name] = await parse(name, fs.readFileSync(path.join(folder, name), "utf8"));
    }
    return { trees };
  } catch (e) {
    return { error: String(e.message ?? e) };
  }
}

(async () => {
  const results = [];
  for (const folder of process.argv.slice(2)) {
    results.push(await parseFolder(folder));
  }
  process.stdout.write(JSON.stringify(results));
})();

// Makes a component of a module for WASI preview 1: component.mjs MODULE WORLD COMPONENT
import { readFile, writeFile } from "node:fs/promises";
import { componentEmbed, componentNew, preview1AdapterReactorPath } from "@bytecodealliance/jco";

const [module, world, component] = process.argv.slice(2);
const witSource = await readFile(world, "utf8");
const embedded = await componentEmbed({ binary: await readFile(module), witSource, world: "guest" });
const adapter = await readFile(preview1AdapterReactorPath());
await writeFile(component, await componentNew(embedded, [["wasi_snapshot_preview1", adapter]]));

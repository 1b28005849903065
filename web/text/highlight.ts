/** Code as pieces, each with what it is in its language. Pure; fetched with the first block that names a language. */
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

export type CodeKind = "keyword" | "string" | "number" | "title" | "type" | "comment" | "added" | "removed";
export type CodePiece = { readonly text: string; readonly kind?: CodeKind };

const lowlight = createLowlight({
  ...{ bash, c, cpp, csharp, css, diff, dockerfile, go, ini, java, javascript, json, kotlin, php, python, ruby, rust },
  ...{ sql, swift, typescript, xml, yaml },
});

/** By the class names of highlight.js, without their prefix. A name that is not here has the colour of what is around it. */
const KINDS: Readonly<Record<string, CodeKind>> = {
  ...kindOf("keyword", ["keyword", "literal", "selector-tag", "name", "meta-keyword", "doctag"]),
  ...kindOf("string", ["string", "regexp", "symbol", "char", "link"]),
  ...kindOf("number", ["number", "bullet"]),
  ...kindOf("title", ["title", "section", "selector-id", "selector-class"]),
  ...kindOf("type", ["type", "built_in", "class", "attr", "attribute", "property", "variable", "template-variable"]),
  ...kindOf("comment", ["comment", "quote", "meta"]),
  addition: "added",
  deletion: "removed",
};

/** Cuts a code into pieces. Together they are the whole text. The answer is one piece where the language is unknown. */
export function highlight(language: string, text: string): readonly CodePiece[] {
  if (!lowlight.registered(language)) return [{ text }];
  return piecesOf(lowlight.highlight(language, text).children, undefined);
}

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

function piecesOf(nodes: readonly Node[], kind: CodeKind | undefined): readonly CodePiece[] {
  return nodes.flatMap((node) => {
    if (node.type === "text") return [{ text: node.value, ...(kind && { kind }) }];
    if (node.type !== "element") return [];
    const { className } = node.properties;
    const own = Array.isArray(className) ? KINDS[String(className[0]).replace("hljs-", "")] : undefined;
    return piecesOf(node.children, own ?? kind);
  });
}

function kindOf(kind: CodeKind, names: readonly string[]): Readonly<Record<string, CodeKind>> {
  return Object.fromEntries(names.map((name) => [name, kind]));
}

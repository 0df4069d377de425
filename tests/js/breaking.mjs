// What breaks clients between two GraphQL schemas, as graphql-js sees it: pairs in, lists of sentences out.
import { readFileSync } from "node:fs";
import { buildSchema, findBreakingChanges } from "graphql";

const pairs = JSON.parse(readFileSync(process.argv[2], "utf8"));
const found = pairs.map(([was, is]) => findBreakingChanges(buildSchema(was), buildSchema(is)).map((change) => change.description));
console.log(JSON.stringify(found));

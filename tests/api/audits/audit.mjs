// Prints what each audit of GraphQL over HTTP says of the server at the address given, as one JSON list.
import { createRequire } from "node:module";
import process from "node:process";

// Packages are looked for where this is run, since that is where they are installed.
const { serverAudits } = createRequire(`${process.cwd()}/`)("graphql-http");

const url = process.argv[2];
const results = await Promise.all(
  serverAudits({ url }).map(async (audit) => {
    const { status, reason } = await audit.fn();
    return { id: audit.id, name: audit.name, status, reason };
  }),
);
process.stdout.write(JSON.stringify(results));

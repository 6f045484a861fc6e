/** The reporters by name. JUnit's stands apart, since its builder is slow to load. */
import { runDocument, runsDocument } from './documents.js';
import { dotReporter } from './dot.js';
import { githubReporter } from './github.js';
import { markdownReporter } from './markdown.js';
import { ndjsonReporter } from './ndjson.js';
import { atEnd, oneByOne, type OpenReporter } from './reporter.js';
import { headlined, sumText } from './screen.js';
import { shardReporter } from './shard.js';

const jsonReporter: OpenReporter = atEnd((all) => {
  const [first] = all;
  const document = first !== undefined && all.length === 1 ? runDocument(first) : runsDocument(all);
  return `${JSON.stringify(document, null, 2)}\n`;
});

type Name = 'default' | 'dot' | 'json' | 'ndjson' | 'github' | 'markdown' | 'shard';

export const reporters: Readonly<Record<Name, OpenReporter>> = {
  default: oneByOne({ one: headlined, sum: sumText }),
  dot: dotReporter,
  json: jsonReporter,
  ndjson: ndjsonReporter,
  github: githubReporter,
  markdown: markdownReporter,
  shard: shardReporter,
};

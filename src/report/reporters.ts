/** The reporters by name. JUnit's stands apart, since its builder is slow to load. */
import { runDocument } from './documents.js';
import { dotReporter } from './dot.js';
import { githubReporter } from './github.js';
import { markdownReporter } from './markdown.js';
import { ndjsonReporter } from './ndjson.js';
import { atEnd, type OpenReporter } from './reporter.js';
import { headlined } from './screen.js';
import { shardReporter } from './shard.js';

const jsonReporter: OpenReporter = atEnd(({ summary, scenario, trailOf, cpuSeconds }) => {
  const document = runDocument(summary, scenario.configuration, trailOf, cpuSeconds);
  return `${JSON.stringify(document, null, 2)}\n`;
});

type Name = 'default' | 'dot' | 'json' | 'ndjson' | 'github' | 'markdown' | 'shard';

export const reporters: Readonly<Record<Name, OpenReporter>> = {
  default: atEnd(headlined),
  dot: dotReporter,
  json: jsonReporter,
  ndjson: ndjsonReporter,
  github: githubReporter,
  markdown: markdownReporter,
  shard: shardReporter,
};

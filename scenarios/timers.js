/**
 * Code of the scenario `timers`: a function that tells when an airport has been quiet, one that
 * tells what it has seen in a while of the clock, and one over two streams.
 */

/** After 40 minutes of event time without a flight an airport is quiet. */
export const quiet = {
  states: { last: { kind: 'value', row: { minute: 'int', flights: 'int' } } },
  returns: { airport: 'string', since: 'int', flights: 'int' },
  processElement({ minute }, ctx) {
    const last = ctx.state('last');
    const before = last.value();
    const newest = Math.max(before?.minute ?? minute, minute);
    if (before !== undefined) ctx.deleteEventTimeTimer(before.minute + 40);
    ctx.registerEventTimeTimer(newest + 40);
    last.update({ minute: newest, flights: (before?.flights ?? 0) + 1 });
  },
  onTimer(_time, ctx) {
    const { minute, flights } = ctx.state('last').value() ?? { minute: 0, flights: 0 };
    ctx.state('last').clear();
    ctx.emit({ airport: String(ctx.key), since: minute, flights });
  },
};

/** 30 ms of the clock after its first flight an airport tells which it has had. */
export const digest = {
  processingTime: true,
  states: {
    flights: { kind: 'list', row: { record: 'int' } },
    delays: { kind: 'map', row: { delay: 'int' } },
  },
  returns: { airport: 'string', flights: 'string', worst: 'int' },
  processElement({ record, delay }, ctx) {
    const flights = ctx.state('flights');
    if (flights.get().length === 0)
      ctx.registerProcessingTimeTimer(ctx.currentProcessingTime() + 30);
    flights.add({ record });
    const delays = ctx.state('delays');
    delays.put(record, { delay });
    if (delay < 0) delays.remove(record);
  },
  onTimer(_time, ctx) {
    const flights = ctx.state('flights').get();
    const delays = ctx.state('delays').entries();
    ctx.state('flights').clear();
    ctx.state('delays').clear();
    ctx.emit({
      airport: String(ctx.key),
      flights: flights.map(({ record }) => record).join(' '),
      worst: Math.max(0, ...delays.map(([, { delay }]) => delay)),
    });
  },
};

/** Counts what leaves an airport and what arrives there, and tells both a day after the first. */
export const traffic = {
  states: {
    out: {
      kind: 'reducing',
      row: { flights: 'int' },
      combine: (one, other) => ({ flights: one.flights + other.flights }),
    },
    miles: {
      kind: 'aggregating',
      ...{ input: { distance: 'int' }, row: { sum: 'int' }, output: { sum: 'int' } },
      start: { sum: 0 },
      add: ({ sum }, { distance }) => ({ sum: sum + distance }),
      result: (kept) => kept,
    },
    first: { kind: 'value', row: { time: 'int' } },
  },
  returns: { airport: 'string', out: 'int', miles: 'int' },
  processElement1(_flight, ctx) {
    begin(ctx);
    ctx.state('out').add({ flights: 1 });
  },
  processElement2({ distance }, ctx) {
    begin(ctx);
    ctx.state('miles').add({ distance });
  },
  onTimer(_time, ctx) {
    const out = ctx.state('out').get()?.flights ?? 0;
    const miles = ctx.state('miles').get()?.sum ?? 0;
    for (const name of ['out', 'miles', 'first']) ctx.state(name).clear();
    ctx.emit({ airport: String(ctx.key), out, miles });
  },
};

function begin(ctx) {
  const first = ctx.state('first');
  if (first.value() !== undefined) return;
  first.update({ time: ctx.timestamp });
  ctx.registerEventTimeTimer(ctx.timestamp + 1440);
}

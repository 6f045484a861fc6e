/**
 * The valve of one input: what its channels say of time becomes one watermark. It is the smallest
 * of the channels that are aligned (active, and not behind what was given out), it never falls, and
 * channels that are idle are left out. Source: Flink, StatusWatermarkValve.
 */
import { NO_TIME } from '../../job/time-bounds.js';

type ValveChannel = { watermark: number; idle: boolean; aligned: boolean };

export type Valve = {
  readonly channels: readonly ValveChannel[];
  watermark: number;
  idle: boolean;
};

/** What a valve gives out: a watermark that rose, or that it is idle or active now. */
export type ValveOutput =
  Readonly<{ kind: 'watermark'; watermark: number }> | Readonly<{ kind: 'status'; idle: boolean }>;

export function valveOf(channels: number): Valve {
  return {
    channels: Array.from({ length: channels }, () => ({
      watermark: NO_TIME,
      idle: false,
      aligned: true,
    })),
    watermark: NO_TIME,
    idle: false,
  };
}

/** A channel says its watermark. */
export function watermarkCame(valve: Valve, index: number, watermark: number): ValveOutput[] {
  const channel = valve.channels[index] as ValveChannel;
  if (valve.idle || channel.idle || watermark <= channel.watermark) return [];
  channel.watermark = watermark;
  if (watermark >= valve.watermark) channel.aligned = true;
  return rise(valve, smallest(valve));
}

/** A channel is idle, or active again. */
export function statusCame(valve: Valve, index: number, idle: boolean): ValveOutput[] {
  const channel = valve.channels[index] as ValveChannel;
  if (channel.idle === idle) return [];
  channel.idle = idle;
  if (!idle) {
    channel.aligned = channel.watermark >= valve.watermark;
    if (!valve.idle) return [];
    valve.idle = false;
    return [{ kind: 'status', idle }];
  }
  channel.aligned = false;
  const held = channel.watermark === valve.watermark;
  if (valve.channels.some((other) => !other.idle)) return held ? rise(valve, smallest(valve)) : [];
  // The last one to go idle held all others back: now they count as far as they came.
  const last = held ? rise(valve, Math.max(...valve.channels.map((each) => each.watermark))) : [];
  valve.idle = true;
  return [...last, { kind: 'status', idle }];
}

function smallest({ channels, watermark }: Valve): number {
  let least = Infinity;
  for (const channel of channels) if (channel.aligned) least = Math.min(least, channel.watermark);
  return least === Infinity ? watermark : least;
}

function rise(valve: Valve, watermark: number): ValveOutput[] {
  if (watermark <= valve.watermark) return [];
  valve.watermark = watermark;
  return [{ kind: 'watermark', watermark }];
}

/**
 * The watermark of a task, from what the valves of its inputs gave out: the smallest of those that
 * are not idle. Source: Flink, CombinedWatermarkStatus.
 */
export type TaskTime = {
  readonly valves: readonly Valve[];
  /** By input. */
  readonly inputs: readonly { watermark: number; idle: boolean }[];
  watermark: number;
  idle: boolean;
};

export function taskTimeOf(channelsOfInputs: readonly number[]): TaskTime {
  return {
    valves: channelsOfInputs.map(valveOf),
    inputs: channelsOfInputs.map(() => ({ watermark: NO_TIME, idle: false })),
    watermark: NO_TIME,
    idle: false,
  };
}

/** The valve of an input gave something out; what the task gives out on that. */
export function combine(time: TaskTime, index: number, output: ValveOutput): ValveOutput[] {
  const input = time.inputs[index] as { watermark: number; idle: boolean };
  if (output.kind === 'watermark') input.watermark = output.watermark;
  else input.idle = output.idle;
  const outputs: ValveOutput[] = [];
  const active = time.inputs.filter(({ idle }) => !idle);
  const watermark = Math.min(...active.map((each) => each.watermark));
  if (active.length > 0 && watermark > time.watermark) {
    time.watermark = watermark;
    outputs.push({ kind: 'watermark', watermark });
  }
  const idle = active.length === 0;
  if (idle !== time.idle) {
    time.idle = idle;
    outputs.push({ kind: 'status', idle });
  }
  return outputs;
}

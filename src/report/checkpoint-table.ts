/** The checkpoints of a run for a person: of each task the largest of its subtasks. */
import type { CheckpointsDocument } from './checkpoints.js';

/** A block for each checkpoint, the newest first; at most 100 columns wide. Empty without any. */
export function checkpointTable({ details: all }: CheckpointsDocument): string {
  return all.map(({ details, subtasks }) => blockOf(details, subtasks)).join('\n');
}

type Details = CheckpointsDocument['details'][number];

function blockOf(
  { id, status, end_to_end_duration: duration }: Details['details'],
  tasks: Details['subtasks'],
): string {
  const whole = duration === -1 ? '' : `, ${duration} ms`;
  const head = row(`checkpoint ${id} ${status}${whole}`, [
    ...['subtasks', 'start delay', 'alignment', 'sync', 'async', 'end to end'],
  ]);
  const rows = Object.entries(tasks).map(([name, task]) => {
    const { num_acknowledged_subtasks: come, num_subtasks: count, summary } = task;
    const { start_delay, alignment, checkpoint_duration, end_to_end_duration } = summary;
    const { sync, async } = checkpoint_duration;
    const measures = [start_delay, alignment.duration, sync, async, end_to_end_duration];
    const cells = measures.map(({ max }) => (come === 0 ? '-' : String(max)));
    return row(`  ${shortened(name)}`, [`${come}/${count}`, ...cells]);
  });
  return [head, ...rows].join('\n');
}

const WIDTH = 34;

/** A name that leaves room for the columns. */
function shortened(name: string): string {
  const most = WIDTH - 4;
  return name.length > most ? `${name.slice(0, most - 3)}...` : name;
}

function row(name: string, cells: readonly string[]): string {
  const widths = [9, 13, 11, 7, 8, 12];
  return [name.padEnd(WIDTH), ...cells.map((cell, at) => cell.padStart(widths[at] ?? 0))].join('');
}

/**
 * Keys of former versions that Flink 2.2.1 still takes, each with, indented, the key that it is
 * now. Source: the fallback and deprecated keys of every `ConfigOption` of its modules; those of
 * whole groups stand as rules.
 */

/** Groups that moved: a key of the first prefix is that of the second with the same rest. */
export const renamedGroups: readonly (readonly [former: string, now: string])[] = [
  ['akka.', 'pekko.'],
  ['dstl.dfs.', 'state.changelog.dstl.dfs.'],
  ['jobmanager.adaptive-batch-scheduler.speculative.', 'execution.batch.speculative.'],
  ['jobmanager.adaptive-batch-scheduler.', 'execution.batch.adaptive.auto-parallelism.'],
  ['jobmanager.web.', 'web.'],
  ['query.', 'queryable-state.'],
  ['recovery.', 'high-availability.'],
  ['security.ssl.', 'security.ssl.internal.'],
  ['state.backend.changelog.', 'state.changelog.'],
  ['state.checkpoints.', 'execution.checkpointing.'],
  ['state.savepoints.', 'execution.checkpointing.savepoint-'],
];

/** Keys that moved alone. */
export const renamedKeys = `
akka.client.timeout
  client.timeout
classloader.parent-first-patterns
  classloader.parent-first-patterns.default
cleanup-strategy
  cleanup-strategy.type
env.java.opts
  env.java.opts.all
execution.allow-client-job-configurations
  execution.program-config.enabled
execution.buffer-timeout
  execution.buffer-timeout.interval
execution.checkpointing.alignment-timeout
  execution.checkpointing.aligned-checkpoint-timeout
execution.checkpointing.approximate-local-recovery
  execution.state-recovery.approximate-local-recovery
execution.checkpointing.checkpoints-after-tasks-finish.enabled
  execution.checkpointing.checkpoints-after-tasks-finish
execution.checkpointing.recover-without-channel-state.checkpoint-id
  execution.state-recovery.without-channel-state.checkpoint-id
execution.checkpointing.unaligned
  execution.checkpointing.unaligned.enabled
execution.savepoint-restore-mode
  execution.state-recovery.claim-mode
execution.savepoint.ignore-unclaimed-state
  execution.state-recovery.ignore-unclaimed-state
execution.savepoint.path
  execution.state-recovery.path
high-availability
  high-availability.type
high-availability.zookeeper.path.jobgraphs
  high-availability.zookeeper.path.execution-plans
high-availability.zookeeper.path.namespace
  high-availability.cluster-id
high-availability.zookeeper.storageDir
  high-availability.storageDir
job-manager.max-attempts-history-size
  jobmanager.execution.attempts-history-size
jobmanager.web.address
  rest.bind-address
jobmanager.web.port
  rest.bind-port
kubernetes.container.image
  kubernetes.container.image.ref
kubernetes.jobmanager.cpu
  kubernetes.jobmanager.cpu.amount
kubernetes.pod-template-file
  kubernetes.pod-template-file.default
kubernetes.taskmanager.cpu
  kubernetes.taskmanager.cpu.amount
library-cache-manager.cleanup.interval
  blob.service.cleanup.interval
metrics.scope.jm.job
  metrics.scope.jm-job
metrics.scope.tm.job
  metrics.scope.tm-job
pipeline.operator-chaining
  pipeline.operator-chaining.enabled
recovery.mode
  high-availability.type
recovery.zookeeper.path.jobgraphs
  high-availability.zookeeper.path.execution-plans
recovery.zookeeper.path.namespace
  high-availability.cluster-id
recovery.zookeeper.storageDir
  high-availability.storageDir
restart-strategy
  restart-strategy.type
savepoints.state.backend.fs.dir
  execution.checkpointing.savepoint-dir
security.kerberos.fetch.delegation-token
  security.delegation.tokens.enabled
security.kerberos.tokens.renewal.retry.backoff
  security.delegation.tokens.renewal.retry.backoff
security.kerberos.tokens.renewal.time-ratio
  security.delegation.tokens.renewal.time-ratio
security.keytab
  security.kerberos.login.keytab
security.principal
  security.kerberos.login.principal
slotmanager.taskmanager-timeout
  resourcemanager.taskmanager-timeout
state.backend
  state.backend.type
state.backend.fs.checkpointdir
  execution.checkpointing.dir
state.backend.fs.memory-threshold
  execution.checkpointing.data-inline-threshold
state.backend.fs.write-buffer-size
  execution.checkpointing.write-buffer-size
state.backend.incremental
  execution.checkpointing.incremental
state.backend.latency-track.history-size
  state.latency-track.history-size
state.backend.latency-track.keyed-state-enabled
  state.latency-track.keyed-state-enabled
state.backend.latency-track.sample-interval
  state.latency-track.sample-interval
state.backend.latency-track.state-name-as-variable
  state.latency-track.state-name-as-variable
state.backend.local-recovery
  execution.checkpointing.local-backup.enabled
state.checkpoint-storage
  execution.checkpointing.storage
state.checkpoint.cleaner.parallel-mode
  execution.checkpointing.cleaner.parallel-mode
state.storage.fs.memory-threshold
  execution.checkpointing.data-inline-threshold
state.storage.fs.write-buffer-size
  execution.checkpointing.write-buffer-size
table.exec.async-scalar.buffer-capacity
  table.exec.async-scalar.max-concurrent-operations
task.cancellation-interval
  task.cancellation.interval
taskmanager.debug.memory.logIntervalMs
  taskmanager.debug.memory.log-interval
taskmanager.debug.memory.startLogThread
  taskmanager.debug.memory.log
taskmanager.maxRegistrationDuration
  taskmanager.registration.timeout
taskmanager.memory.size
  taskmanager.memory.managed.size
taskmanager.net.client.connectTimeoutSec
  taskmanager.network.netty.client.connectTimeoutSec
taskmanager.net.request-backoff.initial
  taskmanager.network.request-backoff.initial
taskmanager.net.request-backoff.max
  taskmanager.network.request-backoff.max
taskmanager.network.memory.exclusive-buffers-request-timeout-ms
  taskmanager.network.memory.buffers-request-timeout
taskmanager.network.memory.fraction
  taskmanager.memory.network.fraction
taskmanager.network.memory.max
  taskmanager.memory.network.max
taskmanager.network.memory.min
  taskmanager.memory.network.min
taskmanager.runtime.fs_timeout
  taskmanager.runtime.fs-timeout
taskmanager.state.local.root-dirs
  execution.checkpointing.local-backup.dirs
taskmanager.tmp.dirs
  io.tmp.dirs
timerservice.exceptional.shutdown.timeout
  task.cancellation.timers.timeout
web.address
  rest.bind-address
web.port
  rest.bind-port
yarn.heartbeat-delay
  yarn.heartbeat.interval
yarn.per-job-cluster.include-user-jar
  yarn.classpath.include-user-jar
yarn.security.kerberos.additionalFileSystems
  security.kerberos.access.hadoopFileSystems
yarn.ship-directories
  yarn.ship-files
`;

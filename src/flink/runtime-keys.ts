/**
 * Configuration keys of jobs, checkpoints, state and processes that Flink 2.2.1 knows: each group a
 * prefix and, indented, what follows it. Source: every `ConfigOption` of its modules.
 */
export const runtimeKeys = `
cleanup-strategy
  exponential-delay.attempts exponential-delay.initial-backoff exponential-delay.max-backoff
  fixed-delay.attempts fixed-delay.delay type
cluster
  intercept-user-system-exit io-pool.size processes.halt-on-fatal-error services.shutdown-timeout
  thread-dump.stacktrace-max-depth uncaught-exception-handling
cluster.registration
  error-delay initial-timeout max-timeout refused-registration-delay
execution
  async-state.active-buffer-size async-state.active-buffer-timeout async-state.total-buffer-size
  attached batch-shuffle-mode batch-state-backend.enabled buffer-timeout.enabled
  buffer-timeout.interval job-listeners job-status-changed-listeners program-config.enabled
  program-config.wildcards runtime-mode shutdown-on-application-finish shutdown-on-attached-exit
  sort-keyed-partition.memory sort-partition.memory sorted-inputs.enabled sorted-inputs.memory
  submit-failed-job-on-application-error target
execution.batch
  adaptive.auto-parallelism.avg-data-volume-per-task
  adaptive.auto-parallelism.default-source-parallelism adaptive.auto-parallelism.enabled
  adaptive.auto-parallelism.max-parallelism adaptive.auto-parallelism.min-parallelism
  job-recovery.enabled job-recovery.previous-worker.recovery.timeout
  job-recovery.snapshot.min-pause speculative.block-slow-node-duration speculative.enabled
  speculative.max-concurrent-executions
execution.checkpointing
  aligned-checkpoint-timeout checkpoints-after-tasks-finish cleaner.parallel-mode create-subdir
  data-inline-threshold dir externalized-checkpoint-retention
  file-merging.across-checkpoint-boundary file-merging.enabled file-merging.max-file-size
  file-merging.max-space-amplification file-merging.max-subtasks-per-file
  file-merging.pool-blocking incremental interval interval-during-backlog local-backup.dirs
  local-backup.enabled max-concurrent-checkpoints min-pause mode num-retained savepoint-dir
  snapshot-compression storage timeout tolerable-failed-checkpoints unaligned.enabled
  unaligned.forced unaligned.interruptible-timers.enabled
  unaligned.max-subtasks-per-channel-state-file write-buffer-size
execution.state-recovery
  approximate-local-recovery claim-mode from-local ignore-unclaimed-state path
  without-channel-state.checkpoint-id
heartbeat
  interval rpc-failure-threshold timeout
high-availability
  cluster-id jobmanager.port kubernetes.leader-election.lease-duration
  kubernetes.leader-election.renew-deadline kubernetes.leader-election.retry-period storageDir
  type
high-availability.zookeeper
  client.acl client.authorization client.connection-timeout client.ensemble-tracker
  client.max-close-wait client.max-retry-attempts client.max-retry-wait client.retry-wait
  client.session-timeout client.simulated-session-expiration-percent
  client.tolerate-suspended-connections path.execution-plans path.root quorum
job-event
  store.write-buffer.flush-interval store.write-buffer.size
job-result-store
  delete-on-commit storage-path
jobmanager
  archive.fs.dir bind-host execution.attempts-history-size execution.failover-strategy
  failure-enrichers future-pool.size io-pool.size
  partition.hybrid.partition-data-consume-constraint partition.release-during-job-execution
  resource-id retrieve-taskmanager-hostname rpc.address rpc.bind-port rpc.port scheduler
  task-deployment.offload-shuffle-descriptors-to-blob-server.threshold-num
jobmanager.adaptive-scheduler
  executing.cooldown-after-rescaling executing.resource-stabilization-timeout
  min-parallelism-increase prefer-minimal-taskmanagers rescale-trigger.max-checkpoint-failures
  rescale-trigger.max-delay resource-stabilization-timeout resource-wait-timeout
  scaling-interval.max scaling-interval.min submission.resource-stabilization-timeout
  submission.resource-wait-timeout
jobmanager.memory
  enable-jvm-direct-memory-limit flink.size heap.size jvm-metaspace.size jvm-overhead.fraction
  jvm-overhead.max jvm-overhead.min off-heap.size process.size
parallelism
  default
pipeline
  auto-generate-uids auto-watermark-interval cached-files cep.sharedbuffer.cache.entry-slots
  cep.sharedbuffer.cache.event-slots cep.sharedbuffer.cache.statistics-interval classpaths
  closure-cleaner-level force-avro force-kryo force-kryo-avro generic-types global-job-parameters
  jars jobvertex-parallelism-overrides max-parallelism name object-reuse
  operator-chaining.chain-operators-with-different-max-parallelism operator-chaining.enabled
  serialization-config vertex-description-mode vertex-name-include-index-prefix
  watermark-alignment.allow-unaligned-source-splits
process
  jobmanager.working-dir taskmanager.working-dir working-dir
resourcemanager
  job.timeout previous-worker.recovery.timeout rpc.port standalone.start-up-time
  start-worker.max-failure-rate start-worker.retry-interval taskmanager-registration.timeout
  taskmanager-timeout
restart-strategy
  failure-rate.delay failure-rate.failure-rate-interval failure-rate.max-failures-per-interval
  fixed-delay.attempts fixed-delay.delay type
restart-strategy.exponential-delay
  attempts-before-reset-backoff backoff-multiplier initial-backoff jitter-factor max-backoff
  reset-backoff-threshold
sink
  committer.retries
slot
  idle.timeout request.max-interval request.timeout
slotmanager
  declare-needed-resource.delay max-total-resource.cpu max-total-resource.memory
  min-total-resource.cpu min-total-resource.memory number-of-slots.max number-of-slots.min
  redundant-taskmanager-num requirement-check.delay
slow-task-detector
  check-interval execution-time.baseline-lower-bound execution-time.baseline-multiplier
  execution-time.baseline-ratio
state.backend
  forst.block.blocksize forst.block.cache-size forst.block.metadata-blocksize
  forst.bloom-filter.bits-per-key forst.bloom-filter.block-based-mode forst.cache.dir
  forst.cache.lru.access-before-promote forst.cache.lru.promote-limit forst.cache.reserve-size
  forst.cache.size-based-limit forst.compaction.filter.periodic-compaction-time
  forst.compaction.filter.query-time-after-num-entries forst.compaction.level.max-size-level-base
  forst.compaction.level.target-file-size-base forst.compaction.level.use-dynamic-size
  forst.compaction.style forst.compression.per.level forst.executor.inline-coordinator
  forst.executor.inline-write forst.executor.read-io-parallelism
  forst.executor.write-io-parallelism forst.files.open forst.local-dir forst.log.dir
  forst.log.file-num forst.log.level forst.log.max-file-size forst.memory.fixed-per-slot
  forst.memory.fixed-per-tm forst.memory.high-prio-pool-ratio forst.memory.managed
  forst.memory.partitioned-index-filters forst.memory.write-buffer-ratio
  forst.metrics.actual-delayed-write-rate forst.metrics.background-errors
  forst.metrics.block-cache-capacity forst.metrics.block-cache-hit forst.metrics.block-cache-miss
  forst.metrics.block-cache-pinned-usage forst.metrics.block-cache-usage
  forst.metrics.bloom-filter-full-positive forst.metrics.bloom-filter-full-true-positive
  forst.metrics.bloom-filter-useful forst.metrics.bytes-read forst.metrics.bytes-written
  forst.metrics.column-family-as-variable forst.metrics.compaction-pending
  forst.metrics.compaction-read-bytes forst.metrics.compaction-write-bytes
  forst.metrics.cur-size-active-mem-table forst.metrics.cur-size-all-mem-tables
  forst.metrics.estimate-live-data-size forst.metrics.estimate-num-keys
  forst.metrics.estimate-pending-compaction-bytes forst.metrics.estimate-table-readers-mem
  forst.metrics.is-write-stopped forst.metrics.iter-bytes-read forst.metrics.live-sst-files-size
  forst.metrics.mem-table-flush-pending forst.metrics.num-deletes-active-mem-table
  forst.metrics.num-deletes-imm-mem-tables forst.metrics.num-entries-active-mem-table
  forst.metrics.num-entries-imm-mem-tables forst.metrics.num-files-at-level
  forst.metrics.num-immutable-mem-table forst.metrics.num-live-versions
  forst.metrics.num-running-compactions forst.metrics.num-running-flushes
  forst.metrics.num-snapshots forst.metrics.size-all-mem-tables forst.metrics.stall-micros
  forst.metrics.total-sst-files-size forst.options-factory forst.primary-dir
  forst.rescaling.use-delete-files-in-range forst.restore-overlap-fraction-threshold
  forst.sync.enforce-local forst.thread.num forst.timer-service.cache-size
  forst.timer-service.factory forst.use-bloom-filter forst.use-ingest-db-restore-mode
  forst.write-batch-size forst.writebuffer.count forst.writebuffer.number-to-merge
  forst.writebuffer.size rocksdb.block.blocksize rocksdb.block.cache-size
  rocksdb.block.metadata-blocksize rocksdb.bloom-filter.bits-per-key
  rocksdb.bloom-filter.block-based-mode rocksdb.checkpoint.transfer.thread.num
  rocksdb.compaction.filter.periodic-compaction-time
  rocksdb.compaction.filter.query-time-after-num-entries
  rocksdb.compaction.level.max-size-level-base rocksdb.compaction.level.target-file-size-base
  rocksdb.compaction.level.use-dynamic-size rocksdb.compaction.style rocksdb.compression.per.level
  rocksdb.files.open rocksdb.incremental-restore-async-compact-after-rescale rocksdb.localdir
  rocksdb.log.dir rocksdb.log.file-num rocksdb.log.level rocksdb.log.max-file-size
  rocksdb.manual-compaction.max-auto-compactions
  rocksdb.manual-compaction.max-file-size-to-compact
  rocksdb.manual-compaction.max-files-to-compact rocksdb.manual-compaction.max-output-file-size
  rocksdb.manual-compaction.max-parallel-compactions
  rocksdb.manual-compaction.min-files-to-compact rocksdb.manual-compaction.min-interval
  rocksdb.memory.fixed-per-slot rocksdb.memory.fixed-per-tm rocksdb.memory.high-prio-pool-ratio
  rocksdb.memory.managed rocksdb.memory.partitioned-index-filters
  rocksdb.memory.write-buffer-ratio rocksdb.metrics.actual-delayed-write-rate
  rocksdb.metrics.background-errors rocksdb.metrics.block-cache-capacity
  rocksdb.metrics.block-cache-hit rocksdb.metrics.block-cache-miss
  rocksdb.metrics.block-cache-pinned-usage rocksdb.metrics.block-cache-usage
  rocksdb.metrics.bloom-filter-full-positive rocksdb.metrics.bloom-filter-full-true-positive
  rocksdb.metrics.bloom-filter-useful rocksdb.metrics.bytes-read rocksdb.metrics.bytes-written
  rocksdb.metrics.column-family-as-variable rocksdb.metrics.compaction-pending
  rocksdb.metrics.compaction-read-bytes rocksdb.metrics.compaction-write-bytes
  rocksdb.metrics.cur-size-active-mem-table rocksdb.metrics.cur-size-all-mem-tables
  rocksdb.metrics.estimate-live-data-size rocksdb.metrics.estimate-num-keys
  rocksdb.metrics.estimate-pending-compaction-bytes rocksdb.metrics.estimate-table-readers-mem
  rocksdb.metrics.is-write-stopped rocksdb.metrics.iter-bytes-read
  rocksdb.metrics.live-sst-files-size rocksdb.metrics.mem-table-flush-pending
  rocksdb.metrics.num-deletes-active-mem-table rocksdb.metrics.num-deletes-imm-mem-tables
  rocksdb.metrics.num-entries-active-mem-table rocksdb.metrics.num-entries-imm-mem-tables
  rocksdb.metrics.num-files-at-level rocksdb.metrics.num-immutable-mem-table
  rocksdb.metrics.num-live-versions rocksdb.metrics.num-running-compactions
  rocksdb.metrics.num-running-flushes rocksdb.metrics.num-snapshots
  rocksdb.metrics.size-all-mem-tables rocksdb.metrics.stall-micros
  rocksdb.metrics.total-sst-files-size rocksdb.options-factory rocksdb.predefined-options
  rocksdb.rescaling.use-delete-files-in-range rocksdb.restore-overlap-fraction-threshold
  rocksdb.thread.num rocksdb.timer-service.cache-size rocksdb.timer-service.factory
  rocksdb.use-bloom-filter rocksdb.use-ingest-db-restore-mode rocksdb.write-batch-size
  rocksdb.writebuffer.count rocksdb.writebuffer.number-to-merge rocksdb.writebuffer.size type
state.changelog
  dstl.dfs.base-path dstl.dfs.batch.persist-delay dstl.dfs.batch.persist-size-threshold
  dstl.dfs.compression.enabled dstl.dfs.discard.num-threads
  dstl.dfs.download.local-cache.idle-timeout-ms dstl.dfs.preemptive-persist-threshold
  dstl.dfs.upload.buffer-size dstl.dfs.upload.max-attempts dstl.dfs.upload.max-in-flight
  dstl.dfs.upload.next-attempt-delay dstl.dfs.upload.num-threads dstl.dfs.upload.retry-policy
  dstl.dfs.upload.timeout enabled max-failures-allowed periodic-materialize.enabled
  periodic-materialize.interval storage
state.latency-track
  history-size keyed-state-enabled sample-interval state-name-as-variable
state.size-track
  history-size keyed-state-enabled sample-interval state-name-as-variable
task
  cancellation.interval cancellation.timeout cancellation.timers.timeout
taskmanager
  bind-host collect-sink.port cpu.cores data.bind-port data.port data.ssl.enabled debug.memory.log
  debug.memory.log-interval host jvm-exit-on-oom load-balance.mode log.path numberOfTaskSlots
  registration.timeout resource-id rpc.bind-port rpc.port slot.timeout
  system-out.log.cache-upper-size system-out.log.thread-name.enabled system-out.mode
taskmanager.memory
  flink.size framework.heap.size framework.off-heap.batch-shuffle.size framework.off-heap.size
  jvm-metaspace.size jvm-overhead.fraction jvm-overhead.max jvm-overhead.min
  managed.consumer-weights managed.fraction managed.size min-segment-size network.fraction
  network.max network.min process.size segment-size starting-segment-size task.heap.size
  task.off-heap.size
taskmanager.network
  bind-policy compression.codec detailed-metrics hybrid-shuffle.external-remote-tier-factory.class
  hybrid-shuffle.remote.path memory.buffer-debloat.enabled memory.buffer-debloat.period
  memory.buffer-debloat.samples memory.buffer-debloat.target
  memory.buffer-debloat.threshold-percentages memory.buffers-request-timeout
  memory.read-buffer.required-per-gate.max netty.client.connectTimeoutSec
  netty.client.tcp.keepCount netty.client.tcp.keepIdleSec netty.client.tcp.keepIntervalSec
  partition-request-timeout request-backoff.initial request-backoff.max retries
  sort-shuffle.min-buffers tcp-connection.enable-reuse-across-jobs
taskmanager.runtime
  fs-timeout hashjoin-bloom-filters large-record-handler max-fan sort-spilling-threshold
`;

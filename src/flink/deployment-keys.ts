/**
 * Configuration keys of deployments, clients, security, reporters and the table API that Flink
 * 2.2.1 knows: each group a prefix and, indented, what follows it. Source: every `ConfigOption` of
 * its modules.
 */
export const deploymentKeys = `
blob
  client.connect.timeout client.socket.timeout fetch.backlog fetch.num-concurrent fetch.retries
  offload.minsize server.port service.cleanup.interval service.ssl.enabled storage.directory
classloader
  check-leaked-classloader fail-on-metaspace-oom-error parent-first-patterns.additional
  parent-first-patterns.default resolve-order
client
  heartbeat.interval heartbeat.timeout retry-period timeout
env
  hadoop.conf.dir hbase.conf.dir log.dir log.level log.max pid.dir ssh.opts
  stdout-err.redirect-to-file yarn.conf.dir
env.java
  default-opts.all default-opts.jobmanager default-opts.taskmanager home opts.all opts.client
  opts.historyserver opts.jobmanager opts.sql-gateway opts.taskmanager
events
  reporters
fs
  allowed-fallback-filesystems default-scheme output.always-create-directory overwrite-files
historyserver
  log.jobmanager.url-pattern log.taskmanager.url-pattern
historyserver.archive
  clean-expired-jobs fs.dir fs.refresh-interval retained-jobs retained-ttl
historyserver.web
  address port refresh-interval ssl.enabled tmpdir
io
  tmp.dirs
jmx
  server.port
jobstore
  cache-size expiration-time max-capacity type
kubernetes
  artifacts.local-upload-enabled artifacts.local-upload-overwrite artifacts.local-upload-target
  client.io-pool.size client.user-agent cluster-id config.file container.image.pull-policy
  container.image.pull-secrets container.image.ref context decorator.hadoop-conf-mount.enabled
  decorator.kerberos-mount.enabled entry.path env.secretKeyRef flink.conf.dir flink.log.dir
  hadoop.conf.config-map.name hostnetwork.enabled internal-service.annotations
  internal-service.labels internal.jobmanager.entrypoint.class namespace node-name-label
  pod-template-file.default pod-template-file.jobmanager pod-template-file.taskmanager secrets
  service-account transactional-operation.initial-retry-delay transactional-operation.max-retries
  transactional-operation.max-retry-delay
kubernetes.jobmanager
  annotations cpu.amount cpu.limit-factor entrypoint.args labels memory.limit-factor node-selector
  owner.reference replicas service-account tolerations
kubernetes.rest-service
  annotations exposed.node-port-address-type exposed.type labels
kubernetes.taskmanager
  annotations cpu.amount cpu.limit-factor entrypoint.args labels memory.limit-factor node-selector
  service-account tolerations
metrics
  fetcher.update-interval internal.query-service.port internal.query-service.thread-priority
  job.status.enable latency.granularity latency.history-size latency.interval reporters
  system-resource system-resource-probing-interval
metrics.scope
  delimiter jm jm-job jm-operator operator task tm tm-job
pekko
  ask.callstack ask.timeout client-socket-worker-pool.pool-size-factor
  client-socket-worker-pool.pool-size-max client-socket-worker-pool.pool-size-min
  fork-join-executor.parallelism-factor fork-join-executor.parallelism-max
  fork-join-executor.parallelism-min framesize jvm-exit-on-fatal-error log.lifecycle.events
  lookup.timeout remote-fork-join-executor.parallelism-factor
  remote-fork-join-executor.parallelism-max remote-fork-join-executor.parallelism-min
  retry-gate-closed-for rpc.force-invocation-serialization
  server-socket-worker-pool.pool-size-factor server-socket-worker-pool.pool-size-max
  server-socket-worker-pool.pool-size-min ssl.enabled startup-timeout tcp.timeout throughput
plugin
  classloader.parent-first-patterns.additional classloader.parent-first-patterns.default
python
  archives client.executable executable execution-mode files internal.archives-key-map
  internal.files-key-map internal.requirements-file-key job-options loopback-server.address
  map-state.iterate-response-batch-size map-state.read-cache-size map-state.write-cache-size
  metric.enabled operator-chaining.enabled profile.enabled pythonpath requirements
  state.cache-size systemenv.enabled
python.fn-execution
  arrow.batch.size bundle.size bundle.time memory.managed
queryable-state
  client.network-threads enable proxy.network-threads proxy.ports proxy.query-threads
  server.network-threads server.ports server.query-threads
rest
  address async.store-duration await-leader-timeout bind-address bind-port
  cache.checkpoint-statistics.size cache.checkpoint-statistics.timeout client.max-content-length
  connection-timeout idleness-timeout path port retry.delay retry.max-attempts
  server.max-content-length server.numThreads server.thread-priority url-prefix
rest.flamegraph
  cleanup-interval delay-between-samples enabled num-samples refresh-interval stack-depth
rest.profiling
  dir duration-max enabled history-size
security
  context.factory.classes delegation.tokens.enabled delegation.tokens.renewal.retry.backoff
  delegation.tokens.renewal.time-ratio module.factory.classes
security.kerberos
  access.hadoopFileSystems krb5-conf.path login.contexts login.keytab login.principal
  login.use-ticket-cache relogin.period
security.ssl
  algorithms internal.cert.fingerprint internal.close-notify-flush-timeout internal.enabled
  internal.handshake-timeout internal.key-password internal.keystore internal.keystore-password
  internal.keystore-type internal.session-cache-size internal.session-timeout internal.truststore
  internal.truststore-password internal.truststore-type key-password keystore keystore-password
  protocol provider rest.authentication-enabled rest.cert.fingerprint rest.enabled
  rest.key-password rest.keystore rest.keystore-password rest.keystore-type rest.truststore
  rest.truststore-password rest.truststore-type truststore truststore-password verify-hostname
table
  builtin-catalog-name builtin-database-name catalog-modification.listeners catalog-store.kind
  column-expansion-strategy display.max-column-width dml-sync dynamic-table-options.enabled
  generated-code.max-length generated-code.max-members include legacy-nested-row-nullability
  local-time-zone plan.compile.catalog-objects plan.force-recompile plan.restore.catalog-objects
  resources.download-dir rtas-ctas.atomicity-enabled sql-dialect
table.exec
  async-lookup.buffer-capacity async-lookup.key-ordered-enabled async-lookup.output-mode
  async-lookup.timeout async-ml-predict.max-concurrent-operations async-ml-predict.output-mode
  async-ml-predict.timeout async-scalar.max-attempts async-scalar.max-concurrent-operations
  async-scalar.retry-delay async-scalar.retry-strategy async-scalar.timeout async-state.enabled
  async-table.max-concurrent-operations async-table.max-retries async-table.retry-delay
  async-table.retry-strategy async-table.timeout async-vector-search.max-concurrent-operations
  async-vector-search.output-mode async-vector-search.timeout
  deduplicate.insert-update-after-sensitive-enabled deduplicate.mini-batch.compact-changes-enabled
  delta-join.cache-enabled delta-join.left.cache-size delta-join.right.cache-size
  disabled-operators interval-join.min-cleanup-interval legacy-cast-behaviour
  local-hash-agg.adaptive.distinct-value-rate-threshold local-hash-agg.adaptive.enabled
  local-hash-agg.adaptive.sampling-threshold mini-batch.allow-latency mini-batch.enabled
  mini-batch.size operator-fusion-codegen.enabled rank.topn-cache-size
  resource.default-parallelism resource.external-buffer-memory resource.hash-agg.memory
  resource.hash-join.memory resource.sort.memory simplify-operator-name-enabled sink.keyed-shuffle
  sink.nested-constraint-enforcer sink.not-null-enforcer sink.rowtime-inserter
  sink.type-length-enforcer sink.upsert-materialize
  sink.upsert-materialize-strategy.adaptive.threshold.high
  sink.upsert-materialize-strategy.adaptive.threshold.low sink.upsert-materialize-strategy.type
  sort.async-merge-enabled sort.default-limit sort.max-num-file-handles
  source.cdc-events-duplicate source.idle-timeout spill-compression.block-size
  spill-compression.enabled state.ttl uid.format uid.generation unbounded-over.version
  window-agg.buffer-size-limit
table.optimizer
  adaptive-broadcast-join.strategy agg-phase-strategy bushy-join-reorder-threshold
  delta-join.strategy distinct-agg.split.bucket-num distinct-agg.split.enabled
  dynamic-filtering.enabled incremental-agg-enabled join-reorder-enabled join.broadcast-threshold
  multi-join.enabled multiple-input-enabled non-deterministic-update.strategy ptf.max-tables
  reuse-optimize-block-with-digest-enabled reuse-sink-enabled reuse-source-enabled
  reuse-sub-plan-enabled runtime-filter.enabled runtime-filter.max-build-data-size
  runtime-filter.min-filter-ratio runtime-filter.min-probe-data-size
  skewed-join-optimization.skewed-factor skewed-join-optimization.skewed-threshold
  skewed-join-optimization.strategy source.report-statistics-enabled sql2rel.project-merge.enabled
  union-all-as-breakpoint-enabled
traces
  checkpoint.span-detail-level reporters
user.artifacts
  artifact-list base-dir http-headers raw-http-enabled
web
  access-control-allow-origin cancel.enable checkpoints.history exception-history-size history
  log.path refresh-interval rescale.enable submit.enable timeout tmpdir upload.dir
yarn
  application-attempt-failures-validity-interval application-attempts application-master.port
  appmaster.vcores classpath.include-user-jar container-start-command-template containers.vcores
  file-replication flink-dist-jar heartbeat.container-request-interval heartbeat.interval
  modify.acls properties-file.location provided.lib.dirs provided.usrlib.dir
  rolled-logs.exclude-pattern rolled-logs.include-pattern
  security.appmaster.delegation.token.services security.kerberos.localized-keytab-path
  security.kerberos.ship-local-keytab ship-archives ship-files staging-directory tags
  taskmanager.node-label view.acls
yarn.application
  id name node-label priority queue type
zookeeper
  sasl.disable sasl.login-context-name sasl.service-name
`;

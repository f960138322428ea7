// A worker in Node: reads the commands of one queue in Avro, runs handlers, writes completions in Avro.
//   BROKERS=localhost:9092 REGISTRY=http://localhost:8081 QUEUE=node node worker.js
import avro from 'avsc';
import { Kafka, logLevel } from 'kafkajs';
import { hostname } from 'node:os';

const env = process.env;
const brokers = (env.BROKERS ?? 'localhost:9092').split(',');
const registry = env.REGISTRY ?? 'http://localhost:8081';
const queue = env.QUEUE ?? 'node';
const prefix = env.PREFIX ?? 'millrace.';
const deadLetters = `${prefix}dead-letters.v1`;
const commands = `${prefix}step-commands.${queue}.v1`;
const completions = `${prefix}step-completions.v1`;
const worker = `node-${hostname()}-${process.pid}`;

/** The handlers: the value returned is the output; what is thrown fails the attempt, for good if it says so. */
const handlers = {
  greet: ({ input }) => `hello ${input.name}`,
  sum: ({ outputs }) => Object.values(outputs).reduce((sum, output) => sum + output.length, 0),
  refuse: ({ input }) => {
    throw Object.assign(new Error(`${input.name} is not wanted`), { name: 'Refused', retryable: false });
  },
};

/** The record is no command, however often it is read. */
class NotACommand extends Error {}

const types = new Map();

async function fetchJson(path) {
  const response = await fetch(registry + path);
  if (response.status === 404) throw new NotACommand(`the registry has no ${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Confluent's wire format: a zero byte, the id of the schema in four, the Avro binary. */
async function decode(value) {
  if (!value || value.length < 5 || value[0] !== 0) throw new NotACommand('not in the wire format');
  const id = value.readInt32BE(1);
  if (!types.has(id)) {
    types.set(id, avro.Type.forSchema(JSON.parse((await fetchJson(`/schemas/ids/${id}`)).schema)));
  }
  try {
    return types.get(id).fromBuffer(value.subarray(5));
  } catch (error) {
    throw new NotACommand(`not what its schema says: ${error.message}`);
  }
}

/** The engine has registered the schema; encoding with it is all that is to be done. */
async function encoder(topic) {
  const { id, schema } = await fetchJson(`/subjects/${encodeURIComponent(topic + '-value')}/versions/latest`);
  const type = avro.Type.forSchema(JSON.parse(schema));
  const frame = Buffer.alloc(5);
  frame.writeInt32BE(id, 1);
  return record => Buffer.concat([frame, type.toBuffer(record)]);
}

const read = payload => (payload === null ? null : JSON.parse(payload.data.toString()));
const write = value => ({ contentType: '', data: Buffer.from(JSON.stringify(value ?? null)) });

async function run(command) {
  const answer = { step: command.step, attempt: command.attempt, branch: command.branch, worker, startedAt: Date.now() };
  try {
    const handler = handlers[command.type];
    if (!handler) throw new Error(`no handler for step type '${command.type}'`);
    const outputs = Object.fromEntries(command.dependencies.map(each => [each.step, read(each.output)]));
    // The id is the same whenever this attempt runs: the idempotency key of its effects.
    const branch = command.branch < 0 ? '' : `/${command.branch}`;
    const commandId = `${command.workflowId}/${command.step}${branch}/${command.attempt}`;
    const output = await handler({ ...command, commandId, input: read(command.input), outputs });
    return { ...answer, status: 'SUCCEEDED', output: write(output), endedAt: Date.now() };
  } catch (error) {
    const failure = { type: error.name, message: String(error.message).slice(0, 8192), retryable: error.retryable ?? true };
    return { ...answer, status: 'FAILED', failure, endedAt: Date.now() };
  }
}

/** The record as it came, and the reason in headers. */
function letter(partition, message, reason) {
  const headers = {
    ...message.headers,
    'millrace.error.code': 'malformed',
    '__streams.errors.message': reason.message,
    '__streams.errors.topic': commands,
    '__streams.errors.partition': String(partition),
    '__streams.errors.offset': message.offset,
  };
  return { key: message.key, value: message.value, headers };
}

const kafka = new Kafka({ clientId: worker, brokers, logLevel: logLevel.WARN });
const consumer = kafka.consumer({ groupId: `${prefix}worker.${queue}`, sessionTimeout: 15_000 });
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
const encode = await encoder(completions);
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: commands, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 8,
  // The offset is committed after this has returned: no command is lost, and after a crash one may run again. What is
  // thrown here, since the registry or the broker is away, makes the client read the record again.
  eachMessage: async ({ partition, message }) => {
    let answer;
    try {
      const command = await decode(message.value);
      answer = { topic: completions, messages: [{ key: command.workflowId, value: encode(await run(command)) }] };
    } catch (error) {
      if (!(error instanceof NotACommand)) throw error;
      answer = { topic: deadLetters, messages: [letter(partition, message, error)] };
    }
    await producer.send({ acks: -1, ...answer });
  },
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await consumer.disconnect();
    await producer.disconnect();
  });
}

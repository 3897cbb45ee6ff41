// A client that shares no code with the core: Node's grpc-js. It does what it is asked for in JSON on
// its command line, and prints in JSON what came of it.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const asked = JSON.parse(process.argv[2]);
const load = (name) => require(require.resolve(name, { paths: [asked.packages] }));
const grpc = load("@grpc/grpc-js");
const loader = load("@grpc/proto-loader");
const AS_WRITTEN = { keepCase: true, enums: String, longs: String };
const SERVICE = "wgtwo.sipbreakout.v1.SipBreakoutService";

const credentials = asked.ca
  ? grpc.credentials.createSsl(fs.readFileSync(asked.ca))
  : grpc.credentials.createInsecure();

function stub(definition, service) {
  const found = service.split(".").reduce((at, name) => at[name], grpc.loadPackageDefinition(definition));
  return new found(asked.address, credentials);
}

function unary(client, [method, registration, token]) {
  const metadata = new grpc.Metadata();
  if (token) metadata.set("authorization", `Bearer ${token}`);
  const options = { deadline: Date.now() + 10_000 };
  return new Promise((resolve) => {
    client[method](registration ? { registration } : {}, metadata, options, (error, answer) =>
      resolve(error ? { code: error.code, details: error.details } : answer));
  });
}

function reflect(version, questions) {
  const built = path.join(path.dirname(require.resolve("@grpc/reflection", { paths: [asked.packages] })), "..");
  const file = `grpc/reflection/${version}/reflection.proto`;
  const definition = loader.loadSync(path.join(built, "proto", file), AS_WRITTEN);
  const client = stub(definition, `grpc.reflection.${version}.ServerReflection`);
  return new Promise((resolve, reject) => {
    const answers = [];
    const stream = client.ServerReflectionInfo({ deadline: Date.now() + 10_000 });
    stream.on("data", (answer) => answers.push(answer));
    stream.on("error", reject);
    stream.on("end", () => { client.close(); resolve(answers); });
    for (const question of questions) stream.write(question);
    stream.end();
  });
}

// A FileDescriptorSet is its files, each as field 1 with its length.
function descriptorSet(files) {
  return Buffer.concat(files.flatMap((file) => {
    const head = [0x0a];
    let left = file.length;
    for (; left > 127; left >>>= 7) head.push((left & 127) | 128);
    return [Buffer.from([...head, left]), file];
  }));
}

async function definitionOf(told) {
  if (!asked.reflection) {
    return loader.loadSync("wgtwo/sipbreakout/v1/sipbreakout.proto", { ...AS_WRITTEN, includeDirs: [asked.protos] });
  }
  const [list, described] = await reflect(asked.reflection, [{ list_services: "" }, { file_containing_symbol: SERVICE }]);
  told.services = list.list_services_response.service.map((service) => service.name);
  const files = described.file_descriptor_response.file_descriptor_proto;
  return loader.loadFileDescriptorSetFromBuffer(descriptorSet(files), AS_WRITTEN);
}

async function main() {
  const told = { answers: [] };
  const client = stub(await definitionOf(told), SERVICE);
  for (const call of asked.calls) told.answers.push(await unary(client, call));
  client.close();
  process.stdout.write(JSON.stringify(told));
}

main().catch((error) => { console.error(error); process.exit(1); });

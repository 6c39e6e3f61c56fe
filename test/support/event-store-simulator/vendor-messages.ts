import { createRequire } from 'node:module'
import type Any from 'google-protobuf/google/protobuf/any_pb.js'
import type Empty from 'google-protobuf/google/protobuf/empty_pb.js'
import type Code from '@eventstore/db-client/generated/code_pb.js'
import type ProjectionsServices from '@eventstore/db-client/generated/projections_grpc_pb.js'
import type Projections from '@eventstore/db-client/generated/projections_pb.js'
import type ServerFeaturesServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import type ServerFeatures from '@eventstore/db-client/generated/serverfeatures_pb.js'
import type Shared from '@eventstore/db-client/generated/shared_pb.js'
import type Status from '@eventstore/db-client/generated/status_pb.js'
import type StreamsServices from '@eventstore/db-client/generated/streams_grpc_pb.js'
import type Streams from '@eventstore/db-client/generated/streams_pb.js'

// The vendor's own generated messages. Required, not imported: imported by a test runner they are loaded a second time, and
// a service knows only messages of its own load.
const require = createRequire(import.meta.url)
const generated = '@eventstore/db-client/generated'
const google = 'google-protobuf/google/protobuf'

export const codeMessages = require(`${generated}/code_pb.js`) as typeof Code
export const projectionsServices = require(`${generated}/projections_grpc_pb.js`) as typeof ProjectionsServices
export const projectionsMessages = require(`${generated}/projections_pb.js`) as typeof Projections
export const serverFeaturesServices = require(`${generated}/serverfeatures_grpc_pb.js`) as typeof ServerFeaturesServices
export const serverFeaturesMessages = require(`${generated}/serverfeatures_pb.js`) as typeof ServerFeatures
export const sharedMessages = require(`${generated}/shared_pb.js`) as typeof Shared
export const statusMessages = require(`${generated}/status_pb.js`) as typeof Status
export const streamsServices = require(`${generated}/streams_grpc_pb.js`) as typeof StreamsServices
export const streamsMessages = require(`${generated}/streams_pb.js`) as typeof Streams
export const anyMessages = require(`${google}/any_pb.js`) as typeof Any
export const emptyMessages = require(`${google}/empty_pb.js`) as typeof Empty

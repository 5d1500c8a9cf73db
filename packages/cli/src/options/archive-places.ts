/** Where archives are, and where what is made of them goes: files, folders, and `s3://BUCKET/PREFIX`. */
import type { ObjectStore, SegmentSource } from '@parley/archive';
import { fileSegments, folderObjects, objectSegments, s3Objects } from '@parley/archive';
import { Fault } from '@parley/core';
import { saidAs } from '@parley/core/internal';

type Environment = Readonly<Record<string, string | undefined>>;

const PATHS = '<paths...>';
const S3 = /^s3:\/\/([^/]+)(?:\/(.*))?$/;

/** The segments that `paths` mean. @throws Fault `caller.option-invalid` */
export function segmentsAt(paths: readonly string[], environment: Environment): SegmentSource {
  const [first = ''] = paths;
  if (!paths.some(isS3)) return fileSegments(paths);
  if (paths.length > 1)
    throw new Fault('caller.option-invalid', { option: PATHS, reason: 'one place of s3:// is all of an archive' });
  return objectSegments(bucketAt(first, PATHS, environment));
}

/** Where results go. @throws Fault `caller.option-invalid` */
export function storeAt(place: string, environment: Environment): ObjectStore {
  return isS3(place) ? bucketAt(place, '--out', environment) : folderObjects(place);
}

function isS3(place: string): boolean {
  return place.startsWith('s3://');
}

/** As other tools find it: the address, the region and the keys are in the environment. */
function bucketAt(place: string, option: string, environment: Environment): ObjectStore {
  const [, bucket = '', folder = ''] = S3.exec(place) ?? [];
  const named = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '')
      throw new Fault('caller.option-invalid', { option: name, reason: 's3:// needs it in the environment' });
    return value;
  };
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const [variable = ''] = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].filter((name) => environment[name] !== undefined);
  const settings = {
    endpoint: environment[variable] ?? `https://s3.${region ?? named('AWS_REGION')}.amazonaws.com`,
    bucket,
    prefix: folder === '' || folder.endsWith('/') ? folder : `${folder}/`,
    region,
    accessKeyId: named('AWS_ACCESS_KEY_ID'),
    secretAccessKey: named('AWS_SECRET_ACCESS_KEY'),
    sessionToken: environment['AWS_SESSION_TOKEN'],
  };
  return saidAs({ bucket: option, prefix: option, endpoint: variable, region: 'AWS_REGION' }, () =>
    s3Objects(settings),
  );
}

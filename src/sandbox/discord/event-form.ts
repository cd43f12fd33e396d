import type { EventFields, EventStatus } from './entities.ts';
import { Form, isJson, type Json } from './form.ts';

/** The values of the API. Source: Discord docs, Guild Scheduled Event. */
const EXTERNAL = 3;
const GUILD_ONLY = 2;

/** Which status may follow which. Source: Discord docs, Guild Scheduled Event, Valid Status Transitions. */
const NEXT: Record<EventStatus, EventStatus[]> = {
  SCHEDULED: ['ACTIVE', 'CANCELED'],
  ACTIVE: ['COMPLETED'],
  COMPLETED: [],
  CANCELED: [],
};
const STATUSES: readonly EventStatus[] = ['SCHEDULED', 'ACTIVE', 'COMPLETED', 'CANCELED'];

/**
 * Reads the body that makes an event or, with `old`, changes one. Only events of the kind EXTERNAL are known.
 * @param now ms
 * @returns the event as it shall be
 * @throws ApiError 50035 with every offence
 */
export function readEvent(raw: unknown, now: number, old?: EventFields): EventFields {
  const form = new Form();
  const body = isJson(raw) ? raw : {};
  const isNew = old === undefined;
  refuseOtherKinds(form, body, isNew);
  const field = (key: string, max: number, required: boolean) =>
    form.text([key], body[key], { min: 1, max, required, trim: true });
  const fields = {
    name: field('name', 100, isNew || body.name === null) ?? old?.name ?? '',
    description:
      body.description === undefined
        ? (old?.description ?? null)
        : (field('description', 1000, false) ?? null),
    location: readLocation(form, body.entity_metadata, isNew) ?? old?.location ?? '',
    status: readStatus(form, body.status, old),
    ...readTimes(form, body, now, old),
  };
  form.done();
  return fields;
}

/** Source: Discord docs, Guild Scheduled Event, Field Requirements By Entity Type. */
function refuseOtherKinds(form: Form, body: Json, isNew: boolean): void {
  const given = (key: string) => body[key] !== undefined && body[key] !== null;
  for (const key of ['entity_type', 'privacy_level']) if (isNew && !given(key)) form.required([key]);
  if (given('entity_type') && form.oneOf(['entity_type'], body.entity_type, [1, 2, EXTERNAL]) !== undefined)
    if (body.entity_type !== EXTERNAL)
      form.fail(['entity_type'], 'SANDBOX_UNSUPPORTED', 'The sandbox has external events only.');
  if (given('privacy_level')) form.oneOf(['privacy_level'], body.privacy_level, [GUILD_ONLY]);
  // The words and the code are assumed.
  if (given('channel_id'))
    form.fail(['channel_id'], 'GUILD_SCHEDULED_EVENT_CHANNEL_ID_NOT_ALLOWED', 'Channel must be null.');
  for (const key of ['image', 'recurrence_rule'])
    if (given(key)) form.fail([key], 'SANDBOX_UNSUPPORTED', 'The sandbox does not know this field.');
}

function readLocation(form: Form, metadata: unknown, isNew: boolean): string | undefined {
  if (metadata === undefined && !isNew) return undefined;
  if (!isJson(metadata)) return form.required(['entity_metadata']);
  const path = ['entity_metadata', 'location'];
  return form.text(path, metadata.location, { min: 1, max: 100, required: true, trim: true });
}

/** The code of a refused transition is assumed; the transitions are documented. */
function readStatus(form: Form, value: unknown, old: EventFields | undefined): EventStatus {
  const before = old?.status ?? 'SCHEDULED';
  if (!old || value === undefined || value === null) return before;
  const status = STATUSES[(form.oneOf(['status'], value as number, [1, 2, 3, 4]) ?? 0) - 1];
  if (!status || status === before) return before;
  if (!NEXT[before].includes(status))
    form.fail(
      ['status'],
      'GUILD_SCHEDULED_EVENT_STATUS_TRANSITION_INVALID',
      `Cannot go from ${before} to ${status}.`,
    );
  return status;
}

/**
 * The codes for a start in the past and for the start of a running event are those that bots report; the words of
 * the second, and the code for an end that is not after the start, are assumed.
 */
function readTimes(
  form: Form,
  body: Json,
  now: number,
  old: EventFields | undefined,
): { startsAt: number; endsAt: number } {
  const [start, end] = [['scheduled_start_time'], ['scheduled_end_time']];
  const past = (path: string[]) =>
    void form.fail(path, 'GUILD_SCHEDULED_EVENT_SCHEDULE_PAST', 'Cannot schedule event in the past.');
  if (!old && body.scheduled_start_time === undefined) form.required(start);
  if (body.scheduled_start_time === null) form.required(start);
  if ((!old && body.scheduled_end_time === undefined) || body.scheduled_end_time === null) form.required(end);
  const newStart = form.time(start, body.scheduled_start_time);
  const newEnd = form.time(end, body.scheduled_end_time);
  if (newStart !== undefined && old && old.status !== 'SCHEDULED')
    form.fail(
      start,
      'GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID_START_BY_STATUS',
      'Cannot update start time of non-scheduled event.',
    );
  else if (newStart !== undefined && newStart <= now) past(start);
  const startsAt = newStart ?? old?.startsAt ?? 0;
  const endsAt = newEnd ?? old?.endsAt ?? 0;
  const changed = newStart !== undefined || newEnd !== undefined;
  if (newEnd !== undefined && newEnd <= now) past(end);
  else if (changed && endsAt && endsAt <= startsAt)
    form.fail(
      end,
      'GUILD_SCHEDULED_EVENT_SCHEDULE_END_BEFORE_START',
      'Cannot schedule event to end before its start.',
    );
  return { startsAt, endsAt };
}

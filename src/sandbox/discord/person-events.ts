import type { Guild, Ref, ScheduledEvent, User } from './entities.ts';
import { ApiError } from './errors.ts';
import { ClientRefusal } from './person-options.ts';
import type { World } from './world.ts';

/** An event as a person types it in; times in ms. */
type TypedEvent = { name: string; location: string; startsAt: number; endsAt: number; description?: string };

/** What a person does with the scheduled events of a guild, by hand. @throws ClientRefusal for what is not allowed */
export class PersonEvents {
  readonly #world: World;
  readonly #user: User;

  constructor(world: World, user: User) {
    this.#world = world;
    this.#user = user;
  }

  create(guildRef: Ref, typed: TypedEvent): ScheduledEvent {
    const guild = this.#guild(guildRef);
    const { location, startsAt, endsAt, ...rest } = typed;
    const body = {
      ...rest,
      ...times({ startsAt, endsAt }),
      entity_metadata: { location },
      entity_type: 3,
      privacy_level: 2,
    };
    return asClient(() => this.#world.events.create(guild, this.#user.id, body));
  }

  edit(event: ScheduledEvent, typed: Partial<TypedEvent>): void {
    this.#guild(event.guildId);
    const { location, startsAt, endsAt, ...rest } = typed;
    const metadata = location === undefined ? {} : { entity_metadata: { location } };
    this.#patch(event, { ...rest, ...times({ startsAt, endsAt }), ...metadata });
  }

  start(event: ScheduledEvent): void {
    this.#patch(event, { status: 2 });
  }

  end(event: ScheduledEvent): void {
    this.#patch(event, { status: 3 });
  }

  cancel(event: ScheduledEvent): void {
    this.#patch(event, { status: 4 });
  }

  delete(event: ScheduledEvent): void {
    asClient(() => this.#world.events.delete(event, this.#user.id));
  }

  #patch(event: ScheduledEvent, body: object): void {
    asClient(() => this.#world.events.edit(event, this.#user.id, body));
  }

  #guild(ref: Ref): Guild {
    const guild = this.#world.guild(ref);
    if (guild.members.has(this.#user.id)) return guild;
    throw new ClientRefusal('You are not in this guild');
  }
}

function times(given: { startsAt?: number | undefined; endsAt?: number | undefined }): object {
  const written = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  return { scheduled_start_time: written(given.startsAt), scheduled_end_time: written(given.endsAt) };
}

/** The client knows the rules of the platform and does not send what it would refuse. */
function asClient<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ApiError) throw new ClientRefusal(error.message, { cause: error });
    throw error;
  }
}

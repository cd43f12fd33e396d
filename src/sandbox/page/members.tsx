import type { GuildView } from '../playground/protocol.ts';
import { avatarOf } from './messages/avatar.ts';

/** Who is in the server, those who are there first. */
export function Members({ guild }: { guild: GuildView | undefined }) {
  if (!guild) return null;
  const here = guild.members.filter(({ isOnline }) => isOnline);
  const away = guild.members.filter(({ isOnline }) => !isOnline);
  return (
    <details open>
      <summary>Members ({guild.members.length})</summary>
      <MemberList title="Online" members={here} />
      <MemberList title="Offline" members={away} />
    </details>
  );
}

function MemberList({ title, members }: { title: string; members: GuildView['members'] }) {
  if (members.length === 0) return null;
  return (
    <>
      <h3>
        {title} — {members.length}
      </h3>
      <ul>
        {members.map(({ id, name, isBot, isOnline, role }) => (
          <li key={id} class={isOnline ? 'member' : 'member away'}>
            <img src={avatarOf(name)} alt="" width="24" height="24" />
            <span>
              {name} {isBot && <span class="app">App</span>}
            </span>
            {role && <span class="quiet">{role}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

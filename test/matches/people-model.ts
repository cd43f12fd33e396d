import type { Said } from './people-ground.ts';

/** The people of one guild as they should be: the rules of `src/matches` in their plainest form, without matches. */
export class PeopleModel {
  /** By a source's key: who is behind it, and whether a person decided so. */
  readonly owners = new Map<string, { who: string; isDecided: boolean }>();
  readonly claims: { handle: string; claimant: string; state: 'pending' | 'approved' | 'refused' }[] = [];
  readonly #merges: { handle: string; account: string; keys: string[] }[] = [];
  /** By episode, role and sign-up: the key it has now. */
  readonly #signUps = new Map<string, string>();

  /** Handles of those who are nobody yet. */
  placeholders(): string[] {
    return [...new Set([...this.owners.values()].map(({ who }) => who).filter(isHandle))].sort();
  }

  /** Accounts into which something is merged that is still theirs. */
  merged(): string[] {
    return [
      ...new Set(this.#merges.filter((merge) => this.#isStanding(merge)).map(({ account }) => account)),
    ];
  }

  poll(episode: number, { players = [], commentators = [], trackers = [] }: Said): void {
    for (const { id, account } of players) this.#see(`player ${id}`, `sg_${id}`, account ?? null);
    const crew = [
      ...commentators.map((each) => ({ ...each, role: 'commentator' })),
      ...trackers.map((each) => ({ ...each, role: 'tracker' })),
    ].map(({ id, role, account, tag, name }) => {
      const key = account
        ? `crew account ${account}`
        : tag
          ? `crew tag ${tag}`
          : `crew name ${name.toLowerCase()}`;
      this.#see(key, `sg_crew_${id}`, account ?? null);
      return { key, signUp: `${episode} ${role} ${id}` };
    });
    const upgrades = new Map<string, Set<string>>();
    for (const { key, signUp } of crew) {
      const old = this.owners.get(this.#signUps.get(signUp) ?? '');
      const now = this.owners.get(key)?.who ?? '';
      if (old && isHandle(old.who) && !old.isDecided && !isHandle(now))
        upgrades.set(old.who, (upgrades.get(old.who) ?? new Set()).add(now));
    }
    // Placeholders become somebody in the order in which they came: the last one is the first to be taken back.
    const age = (handle: string) => [...this.owners.values()].findIndex(({ who }) => who === handle);
    for (const [handle, accounts] of [...upgrades].sort(([one], [other]) => age(one) - age(other)))
      if (accounts.size === 1) this.#merge(handle, [...accounts][0] ?? '', false);
    for (const signUp of this.#signUps.keys())
      if (signUp.startsWith(`${episode} `)) this.#signUps.delete(signUp);
    for (const { key, signUp } of crew) this.#signUps.set(signUp, key);
  }

  link(handle: string, account: string): void {
    this.#merge(handle, account, true);
  }

  unlink(account: string): void {
    const merge = this.#merges.findLast((each) => each.account === account && this.#isStanding(each));
    if (!merge) return;
    this.#merges.splice(this.#merges.indexOf(merge), 1);
    for (const key of merge.keys)
      if (this.owners.get(key)?.who === account) this.owners.set(key, { who: merge.handle, isDecided: true });
  }

  claim(handle: string, claimant: string): void {
    const isSame = this.claims.some(
      (each) => each.handle === handle && each.claimant === claimant && each.state === 'pending',
    );
    if (!isSame) this.claims.push({ handle, claimant, state: 'pending' });
  }

  decide(index: number, isApproved: boolean): void {
    const claim = this.claims[index];
    if (claim?.state !== 'pending') return;
    if (isApproved) this.#merge(claim.handle, claim.claimant, true);
    else claim.state = 'refused';
  }

  #see(key: string, handle: string, account: string | null): void {
    const known = this.owners.get(key);
    if (!known) this.owners.set(key, { who: account ?? handle, isDecided: false });
    else if (account && account !== known.who && !known.isDecided) {
      if (isHandle(known.who)) this.#merge(known.who, account, false);
      else known.who = account;
    }
  }

  #merge(handle: string, account: string, isDecided: boolean): void {
    const keys = [...this.owners].filter(([, { who }]) => who === handle).map(([key]) => key);
    for (const key of keys)
      this.owners.set(key, {
        who: account,
        isDecided: isDecided || (this.owners.get(key)?.isDecided ?? false),
      });
    this.#merges.push({ handle, account, keys });
    for (const claim of this.claims)
      if (claim.handle === handle && claim.state === 'pending')
        claim.state = claim.claimant === account ? 'approved' : 'refused';
  }

  #isStanding({ account, keys }: { account: string; keys: string[] }): boolean {
    return keys.some((key) => this.owners.get(key)?.who === account);
  }
}

const isHandle = (who: string) => who.startsWith('sg_');

// The words of this installation (statuses, types, counties, fields) as the page settings give
// them, with the look-ups that everything visible needs.

const byCode = (items) => new Map(items.map((item) => [item.code, item]));

export class Catalog {
  constructor(settings) {
    this.settings = settings;
    this.kinds = settings.kinds;
    this.kindOf = byCode(settings.kinds);
    this.statusOf = new Map(settings.kinds.map((kind) => [kind.code, byCode(kind.statuses)]));
    this.typeOf = new Map(settings.kinds.map((kind) => [kind.code, byCode(kind.types)]));
  }

  /** {code, title, one} of a kind. */
  kind(code) {
    return this.kindOf.get(code) ?? { code, title: code, one: code, statuses: [], types: [] };
  }

  /** {code, title, glyph}; a code this page does not know yet still has a name and a letter. */
  status(kind, code) {
    return this.statusOf.get(kind)?.get(code) ?? { code, title: code, glyph: '?' };
  }

  /** A type's title, "unknown" when there is none. */
  typeTitle(kind, code) {
    if (!code) return 'unknown';
    return this.typeOf.get(kind)?.get(code)?.title ?? code;
  }

  /** [fips, name] of every county, for a select. */
  get countyChoices() {
    return this.settings.counties.map(({ fips, full_name: name }) => [fips, name]);
  }

  /** Whether the page is for staff; the public is shown less. */
  get isStaff() {
    return Boolean(this.settings.viewer.may?.see_staff);
  }

  get symbolsUrl() {
    return this.settings.symbols_url;
  }

  /** What the worker needs for counting and sorting: codes in order, and names. */
  forWorker() {
    const codes = (items) => items.map(({ code }) => code);
    const perKind = (name) => Object.fromEntries(this.kinds.map((kind) => [kind.code, codes(kind[name])]));
    const { counties } = this.settings;
    return {
      kinds: codes(this.kinds),
      statuses: perKind('statuses'),
      types: perKind('types'),
      counties: Object.fromEntries(counties.map(({ fips, name }) => [fips, name])),
      regions: Object.fromEntries(counties.map(({ fips, regions }) => [fips, regions ?? {}])),
    };
  }
}

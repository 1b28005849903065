/** Scripts: which of them a word is written in. Pure and shared by both worlds. */

/**
 * Every script of Unicode 16 by its four-letter code (ISO 15924), then the combinations which UTS #39 §5.2,
 * "highly restrictive", lets stand together: Latin with Japanese, with Chinese, with Korean.
 */
const SCRIPTS =
  "Latn Cyrl Grek Arab Hebr Deva Thai Adlm Aghb Ahom Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cakm Cans Cari Cham Cher Chrs Copt Cpmn Cprt Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Gara Geor Glag Gong Gonm Goth Gran Gujr Gukh Guru Hang Hani Hano Hatr Hira Hluw Hmng Hmnp Hung Ital Java Kali Kana Kawi Khar Khmr Khoj Kits Knda Krai Kthi Lana Laoo Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf Mend Merc Mero Mlym Modi Mong Mroo Mtei Mult Mymr Nagm Nand Narb Nbat Newa Nkoo Nshu Ogam Olck Onao Orkh Orya Osge Osma Ougr Palm Pauc Perm Phag Phli Phlp Phnx Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh Sogd Sogo Sora Soyo Sund Sunu Sylo Syrc Tagb Takr Tale Talu Taml Tang Tavt Telu Tfng Tglg Thaa Tibt Tirh Tnsa Todr Toto Tutg Ugar Vaii Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb Latn+Hani+Hira+Kana Latn+Hani+Bopo Latn+Hani+Hang";

/** Whether a word is written in one script. By Script_Extensions: a character shared by scripts counts for each of them, `Common` and `Inherited` for all. */
export function isOneScript(name: string): boolean {
  if (/^[ -~]*$/.test(name)) return true;
  scriptPatterns ??= SCRIPTS.split(" ").flatMap(patternOf);
  return scriptPatterns.some((pattern) => pattern.test(name));
}

/** Made when the first name outside ASCII is folded. */
let scriptPatterns: readonly RegExp[] | undefined;

function patternOf(scripts: string): RegExp[] {
  const classes = ["Zyyy", "Zinh", ...scripts.split("+")].map((script) => `\\p{scx=${script}}`);
  try {
    return [new RegExp(`^[${classes.join("")}]*$`, "u")];
  } catch {
    return []; // an engine older than the script: no name is written in what it does not know
  }
}

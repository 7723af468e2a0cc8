// Three tables, from the strictest to the loosest: whole words, parts of
// words, endings. Parts are long enough to stand in no other word that papers
// use; endings have exceptions, which are listed where they would bring two
// words together that have nothing to do with each other.
//
// A noun and its adjective are one word here when Snowball gives them two
// stems though they speak of one thing. Which do is not a matter of taste: of
// 148,000 abstracts, those with the one have the other at least ten times as
// often as chance would have it (virus and viral 214 times, health and healthy
// 16 times; but system and systematic, second and secondary once).

#include "service/text/variants.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace paperwire::text {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Whole words.
constexpr Pair kWords[] = {
    // Plurals with another vowel or an old ending.
    {"women", "woman"},
    {"men", "man"},
    {"children", "child"},
    {"mice", "mouse"},
    {"lice", "louse"},
    {"teeth", "tooth"},
    {"feet", "foot"},
    {"geese", "goose"},
    {"wolves", "wolf"},
    {"calves", "calf"},
    {"halves", "half"},
    {"leaves", "leaf"},
    {"lives", "life"},
    {"knives", "knife"},
    {"shelves", "shelf"},
    {"wives", "wife"},
    // Latin and Greek ones.
    {"alumni", "alumnus"},
    {"antennae", "antenna"},
    {"apices", "apex"},
    {"appendices", "appendix"},
    {"axes", "axis"},
    {"bacilli", "bacillus"},
    {"cacti", "cactus"},
    {"codices", "codex"},
    {"criteria", "criterion"},
    {"crises", "crisis"},
    {"curricula", "curriculum"},
    {"equilibria", "equilibrium"},
    {"foci", "focus"},
    {"formulae", "formula"},
    {"ganglia", "ganglion"},
    {"genera", "genus"},
    {"helices", "helix"},
    {"indices", "index"},
    {"lemmata", "lemma"},
    {"loci", "locus"},
    {"maxima", "maximum"},
    {"matrices", "matrix"},
    {"millennia", "millennium"},
    {"minima", "minimum"},
    {"momenta", "momentum"},
    {"nebulae", "nebula"},
    {"nuclei", "nucleus"},
    {"optima", "optimum"},
    {"ova", "ovum"},
    {"phenomena", "phenomenon"},
    {"phyla", "phylum"},
    {"polyhedra", "polyhedron"},
    {"protozoa", "protozoan"},
    {"quanta", "quantum"},
    {"radii", "radius"},
    {"schemata", "schema"},
    {"sera", "serum"},
    {"simplices", "simplex"},
    {"spectra", "spectrum"},
    {"stimuli", "stimulus"},
    {"strata", "stratum"},
    {"supernovae", "supernova"},
    {"symposia", "symposium"},
    {"taxa", "taxon"},
    {"tetrahedra", "tetrahedron"},
    {"theses", "thesis"},
    {"tori", "torus"},
    {"vertebrae", "vertebra"},
    {"vertices", "vertex"},
    {"villi", "villus"},
    {"vortices", "vortex"},
    // Spelled in two ways.
    {"acknowledgement", "acknowledgment"},
    {"acknowledgements", "acknowledgment"},
    {"ageing", "aging"},
    {"aluminium", "aluminum"},
    {"analogue", "analog"},
    {"analogues", "analog"},
    {"artefact", "artifact"},
    {"artefacts", "artifact"},
    {"catalogue", "catalog"},
    {"catalogues", "catalog"},
    {"defence", "defense"},
    {"defences", "defense"},
    {"dialogue", "dialog"},
    {"dialogues", "dialog"},
    {"enrol", "enroll"},
    {"enrolment", "enrollment"},
    {"focussed", "focused"},
    {"focussing", "focusing"},
    {"grey", "gray"},
    {"greyscale", "grayscale"},
    {"judgement", "judgment"},
    {"judgements", "judgment"},
    {"licence", "license"},
    {"licences", "license"},
    {"mould", "mold"},
    {"moulds", "mold"},
    {"offence", "offense"},
    {"offences", "offense"},
    {"plough", "plow"},
    {"practise", "practice"},
    {"practised", "practiced"},
    {"practises", "practices"},
    {"practising", "practicing"},
    {"programme", "program"},
    {"programmes", "program"},
    {"sceptic", "skeptic"},
    {"sceptical", "skeptical"},
    {"scepticism", "skepticism"},
    {"tyre", "tire"},
    {"tyres", "tire"},
    // Acronyms of two letters that are seen more often with a plural s than
    // with an S of their own (GPS, CMS); longer ones follow a rule.
    {"kbs", "kb"},
    {"kgs", "kg"},
    {"lms", "lm"},
    {"nns", "nn"},
    {"vms", "vm"},
    // Nouns and adjectives.
    {"abdomen", "abdominal"},
    {"adulthood", "adult"},
    {"alga", "algal"},
    {"algae", "algal"},
    {"allergen", "allergy"},
    {"allergens", "allergy"},
    {"allergic", "allergy"},
    {"aorta", "aortic"},
    {"bacteria", "bacterial"},
    {"bacterium", "bacterial"},
    {"childhood", "child"},
    {"cortex", "cortical"},
    {"cortices", "cortical"},
    {"dietary", "diet"},
    {"embryonic", "embryo"},
    {"enzymatic", "enzyme"},
    {"esophagus", "esophageal"},
    {"evolutionary", "evolution"},
    {"fetus", "fetal"},
    {"fetuses", "fetal"},
    {"fungi", "fungal"},
    {"fungus", "fungal"},
    {"healthier", "health"},
    {"healthiest", "health"},
    {"healthy", "health"},
    {"larva", "larval"},
    {"larvae", "larval"},
    {"lymphatic", "lymph"},
    {"mitochondria", "mitochondrial"},
    {"mitochondrion", "mitochondrial"},
    {"molecular", "molecule"},
    {"muscular", "muscle"},
    {"ovary", "ovarian"},
    {"pancreas", "pancreatic"},
    {"planetary", "planet"},
    {"prognosis", "prognostic"},
    {"rectum", "rectal"},
    {"retina", "retinal"},
    {"saliva", "salivary"},
    {"spine", "spinal"},
    {"surgical", "surgery"},
    {"synaptic", "synapse"},
    {"therapeutic", "therapy"},
    {"therapeutics", "therapy"},
    {"thorax", "thoracic"},
    {"toxin", "toxic"},
    {"toxins", "toxic"},
    {"urinary", "urine"},
    {"uteri", "uterine"},
    {"uterus", "uterine"},
    {"ventricular", "ventricle"},
    {"virus", "viral"},
    {"viruses", "viral"},
};

// Anywhere in a word.
constexpr Pair kParts[] = {
    // our
    {"armour", "armor"},
    {"behaviour", "behavior"},
    {"colour", "color"},
    {"endeavour", "endeavor"},
    {"favour", "favor"},
    {"flavour", "flavor"},
    {"harbour", "harbor"},
    {"honour", "honor"},
    {"humour", "humor"},
    {"labour", "labor"},
    {"neighbour", "neighbor"},
    {"odour", "odor"},
    {"rigour", "rigor"},
    {"rumour", "rumor"},
    {"tumour", "tumor"},
    {"vapour", "vapor"},
    {"vigour", "vigor"},
    // ae and oe
    {"aemi", "emi"},      // anaemia, leukaemic
    {"aesthe", "esthe"},  // anaesthetic
    {"aetiolog", "etiolog"},
    {"archaeo", "archeo"},
    {"caecum", "cecum"},
    {"coeliac", "celiac"},
    {"diarrhoea", "diarrhea"},
    {"dyspnoea", "dyspnea"},
    {"apnoea", "apnea"},
    {"faec", "fec"},
    {"foetal", "fetal"},
    {"foetus", "fetus"},
    {"gynaec", "gynec"},
    {"haem", "hem"},
    {"homoeo", "homeo"},
    {"leucocyt", "leukocyt"},
    {"manoeuvr", "maneuver"},
    {"oedema", "edema"},
    {"oesophag", "esophag"},
    {"oestr", "estr"},
    {"paediatr", "pediatr"},
    {"palaeo", "paleo"},
    // re
    {"calibre", "caliber"},
    {"centimetre", "centimeter"},
    {"centred", "centered"},
    {"centre", "center"},
    {"fibre", "fiber"},
    {"kilometre", "kilometer"},
    {"litre", "liter"},
    {"metres", "meters"},
    {"nanometre", "nanometer"},
    {"theatre", "theater"},
    // ph
    {"sulph", "sulf"},
};

// Words in -ise that are not in -ize anywhere, without their ending.
const absl::flat_hash_set<std::string_view>& NeverZ() {
  static const auto* const kSet = new absl::flat_hash_set<std::string_view>{
      "adv",     "advert", "appr",    "ar",     "chast", "circumc",  "compr",
      "comprom", "conc",   "dem",     "desp",   "dev",   "enterpr",  "exc",
      "exerc",   "expert", "franch",  "improv", "inc",   "merchand", "mort",
      "parad",   "pract",  "prec",    "prem",   "prom",  "rem",      "repr",
      "rev",     "sunr",   "superv",  "surm",   "surpr", "telev",    "treat",
      "upr",     "imprec", "unsuperv"};
  return *kSet;
}

// No word of English is longer; what is may be as long as a word can be.
constexpr size_t kLongest = 32;

bool IsVowel(char c) {
  return std::string_view("aeiouy").find(c) != std::string_view::npos;
}

// LLMs, GNNs, GPUs, PDEs: Snowball takes off a plural s only where a vowel
// stands earlier. Of shorter ones the s is as often a letter of the acronym
// (GPS, CMS).
bool DropAcronymPlural(std::string* word) {
  const size_t size = word->size();
  if (size < 4 || word->back() != 's' || (*word)[size - 2] == 's' ||
      std::any_of(word->begin(), word->end() - 2, IsVowel)) {
    return false;
  }
  word->pop_back();
  return true;
}

// fibrosis as fibrotic, regulatory as regulation, tomography as tomographic,
// easiest as easy.
bool EndAsKin(std::string* word) {
  static constexpr std::pair<std::string_view, std::string_view> kEndings[] = {
      {"osis", "otic"},
      {"atory", "ation"},
      {"graphy", "graphic"},
      {"iest", "y"},
  };
  static constexpr std::string_view kNot[] = {
      "conservatory", "laboratory", "observatory", "priest"};
  for (const auto& [from, to] : kEndings) {
    if (!word->ends_with(from) || word->size() < from.size() + 2) continue;
    if (word->ends_with("gnosis") ||
        std::find(std::begin(kNot), std::end(kNot), *word) != std::end(kNot)) {
      return false;
    }
    word->replace(word->size() - from.size(), from.size(), to);
    return true;
  }
  return false;
}

// optimise, optimisation: with a z.
void EndInZ(std::string* word) {
  static constexpr std::string_view kEndings[] = {
      "isations", "isation", "isable", "ising", "isers",
      "iser",     "ised",    "ises",   "ise"};
  for (const std::string_view ending : kEndings) {
    if (!word->ends_with(ending)) continue;
    const size_t base = word->size() - ending.size();
    std::string_view before(word->data(), base);
    // A base has a vowel and ends with a consonant: rise, raise and wise have
    // none. selfsupervised and the like end as their last part does.
    if (base < 3 || IsVowel(before.back()) || before.back() == 'w' ||
        std::none_of(before.begin(), before.end(), IsVowel) ||
        NeverZ().contains(before) || before.ends_with("superv")) {
      return;
    }
    (*word)[base + 1] = 'z';
    return;
  }
}

// analysis, hypotheses, diagnosed: as the plural, whose stem is that of the
// verb too.
void EndInEs(std::string* word) {
  if (word->size() >= 7 && word->ends_with("sis") &&
      std::string_view("aeoy").find((*word)[word->size() - 4]) !=
          std::string_view::npos) {
    (*word)[word->size() - 2] = 'e';
    return;
  }
  // analyze, analyzing: with an s, as analysis has.
  const size_t lyz = word->rfind("lyz");
  if (lyz != std::string::npos && lyz >= 2) (*word)[lyz + 2] = 's';
}

}  // namespace

void ToOneSpelling(std::string* word) {
  static const auto* const kWhole =
      new absl::flat_hash_map<std::string_view, std::string_view>(
          std::begin(kWords), std::end(kWords));
  const auto whole = kWhole->find(*word);
  if (whole != kWhole->end()) {
    *word = whole->second;
    return;
  }
  if (word->size() > kLongest || DropAcronymPlural(word)) return;
  if (word->size() < 5) return;
  for (const auto& [from, to] : kParts) {
    const size_t at = word->find(from);
    if (at != std::string::npos) word->replace(at, from.size(), to);
  }
  if (EndAsKin(word)) return;
  EndInZ(word);
  EndInEs(word);
}

}  // namespace paperwire::text

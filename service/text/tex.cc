#include "service/text/tex.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace paperwire::text {
namespace {

using Kind = TexCommand::Kind;

// Sorted by name, in the order of bytes.
constexpr TexCommand kCommands[] = {
    // clang-format off
    {"AA", Kind::kLetters, "a", "Å"},
    {"AE", Kind::kLetters, "ae", "Æ"},
    {"Alpha", Kind::kName, "alpha", "Α"},
    {"Beta", Kind::kName, "beta", "Β"},
    {"BibTeX", Kind::kLetters, "bibtex", "BibTeX"},
    {"Chi", Kind::kName, "chi", "Χ"},
    {"DH", Kind::kLetters, "d", "Ð"},
    {"DJ", Kind::kLetters, "d", "Đ"},
    {"Delta", Kind::kName, "delta", "Δ"},
    {"Epsilon", Kind::kName, "epsilon", "Ε"},
    {"Eta", Kind::kName, "eta", "Η"},
    {"G", Kind::kAccent, "", "", 0x030F},
    {"Gamma", Kind::kName, "gamma", "Γ"},
    {"H", Kind::kAccent, "", "", 0x030B},
    {"Iota", Kind::kName, "iota", "Ι"},
    {"Kappa", Kind::kName, "kappa", "Κ"},
    {"L", Kind::kLetters, "l", "Ł"},
    {"LaTeX", Kind::kLetters, "latex", "LaTeX"},
    {"Lambda", Kind::kName, "lambda", "Λ"},
    {"MakeLowercase", Kind::kArgument},
    {"MakeUppercase", Kind::kArgument},
    {"Mu", Kind::kName, "mu", "Μ"},
    {"NG", Kind::kLetters, "ng", "Ŋ"},
    {"Nu", Kind::kName, "nu", "Ν"},
    {"O", Kind::kLetters, "o", "Ø"},
    {"OE", Kind::kLetters, "oe", "Œ"},
    {"Omega", Kind::kName, "omega", "Ω"},
    {"Phi", Kind::kName, "phi", "Φ"},
    {"Pi", Kind::kName, "pi", "Π"},
    {"Pr", Kind::kName, "pr", "Pr"},
    {"Psi", Kind::kName, "psi", "Ψ"},
    {"Rho", Kind::kName, "rho", "Ρ"},
    {"SS", Kind::kLetters, "ss", "SS"},
    {"Sigma", Kind::kName, "sigma", "Σ"},
    {"TH", Kind::kLetters, "th", "Þ"},
    {"Tau", Kind::kName, "tau", "Τ"},
    {"TeX", Kind::kLetters, "tex", "TeX"},
    {"Theta", Kind::kName, "theta", "Θ"},
    {"U", Kind::kAccent, "", "", 0x030E},
    {"Upsilon", Kind::kName, "upsilon", "Υ"},
    {"Xi", Kind::kName, "xi", "Ξ"},
    {"Zeta", Kind::kName, "zeta", "Ζ"},
    {"aa", Kind::kLetters, "a", "å"},
    {"acute", Kind::kAccent, "", "", 0x0301},
    {"ae", Kind::kLetters, "ae", "æ"},
    {"alpha", Kind::kName, "alpha", "α"},
    {"arg", Kind::kName, "arg", "arg"},
    {"argmax", Kind::kName, "argmax", "argmax"},
    {"argmin", Kind::kName, "argmin", "argmin"},
    {"autoref", Kind::kDropped},
    {"b", Kind::kAccent, "", "", 0x0331},
    {"bar", Kind::kAccent, "", "", 0x0304},
    {"begin", Kind::kDropped},
    {"beta", Kind::kName, "beta", "β"},
    {"bibliography", Kind::kDropped},
    {"bm", Kind::kArgument},
    {"boldsymbol", Kind::kArgument},
    {"breve", Kind::kAccent, "", "", 0x0306},
    {"c", Kind::kAccent, "", "", 0x0327},
    {"check", Kind::kAccent, "", "", 0x030C},
    {"chi", Kind::kName, "chi", "χ"},
    {"cite", Kind::kDropped},
    {"citealp", Kind::kDropped},
    {"citeauthor", Kind::kDropped},
    {"citep", Kind::kDropped},
    {"citet", Kind::kDropped},
    {"citeyear", Kind::kDropped},
    {"color", Kind::kDropped},
    {"cos", Kind::kName, "cos", "cos"},
    {"cosh", Kind::kName, "cosh", "cosh"},
    {"cot", Kind::kName, "cot", "cot"},
    {"coth", Kind::kName, "coth", "coth"},
    {"csc", Kind::kName, "csc", "csc"},
    {"d", Kind::kAccent, "", "", 0x0323},
    {"ddot", Kind::kAccent, "", "", 0x0308},
    {"deg", Kind::kName, "deg", "deg"},
    {"delta", Kind::kName, "delta", "δ"},
    {"det", Kind::kName, "det", "det"},
    {"dh", Kind::kLetters, "d", "ð"},
    {"dim", Kind::kName, "dim", "dim"},
    {"dj", Kind::kLetters, "d", "đ"},
    {"dot", Kind::kAccent, "", "", 0x0307},
    {"ell", Kind::kLetters, "l", "ℓ"},
    {"emph", Kind::kArgument},
    {"end", Kind::kDropped},
    {"enquote", Kind::kArgument},
    {"ensuremath", Kind::kArgument},
    {"epsilon", Kind::kName, "epsilon", "ε"},
    {"eqref", Kind::kDropped},
    {"eta", Kind::kName, "eta", "η"},
    {"exp", Kind::kName, "exp", "exp"},
    {"fbox", Kind::kArgument},
    {"gamma", Kind::kName, "gamma", "γ"},
    {"gcd", Kind::kName, "gcd", "gcd"},
    {"grave", Kind::kAccent, "", "", 0x0300},
    {"h", Kind::kAccent, "", "", 0x0309},
    {"hat", Kind::kAccent, "", "", 0x0302},
    {"hbox", Kind::kArgument},
    {"hom", Kind::kName, "hom", "hom"},
    {"hspace", Kind::kDropped},
    {"i", Kind::kLetters, "i", "ı"},
    {"includegraphics", Kind::kDropped},
    {"inf", Kind::kName, "inf", "inf"},
    {"input", Kind::kDropped},
    {"iota", Kind::kName, "iota", "ι"},
    {"j", Kind::kLetters, "j", "ȷ"},
    {"k", Kind::kAccent, "", "", 0x0328},
    {"kappa", Kind::kName, "kappa", "κ"},
    {"ker", Kind::kName, "ker", "ker"},
    {"l", Kind::kLetters, "l", "ł"},
    {"label", Kind::kDropped},
    {"lambda", Kind::kName, "lambda", "λ"},
    {"lg", Kind::kName, "lg", "lg"},
    {"lim", Kind::kName, "lim", "lim"},
    {"liminf", Kind::kName, "liminf", "liminf"},
    {"limsup", Kind::kName, "limsup", "limsup"},
    {"ln", Kind::kName, "ln", "ln"},
    {"log", Kind::kName, "log", "log"},
    {"lowercase", Kind::kArgument},
    {"mathbb", Kind::kArgument},
    {"mathbf", Kind::kArgument},
    {"mathcal", Kind::kArgument},
    {"mathfrak", Kind::kArgument},
    {"mathit", Kind::kArgument},
    {"mathnormal", Kind::kArgument},
    {"mathop", Kind::kArgument},
    {"mathring", Kind::kAccent, "", "", 0x030A},
    {"mathrm", Kind::kArgument},
    {"mathscr", Kind::kArgument},
    {"mathsf", Kind::kArgument},
    {"mathtt", Kind::kArgument},
    {"max", Kind::kName, "max", "max"},
    {"mbox", Kind::kArgument},
    {"min", Kind::kName, "min", "min"},
    {"mu", Kind::kName, "mu", "μ"},
    {"ng", Kind::kLetters, "ng", "ŋ"},
    {"nu", Kind::kName, "nu", "ν"},
    {"o", Kind::kLetters, "o", "ø"},
    {"oe", Kind::kLetters, "oe", "œ"},
    {"omega", Kind::kName, "omega", "ω"},
    {"omicron", Kind::kName, "omicron", "ο"},
    {"operatorname", Kind::kArgument},
    {"overline", Kind::kArgument},
    {"phi", Kind::kName, "phi", "φ"},
    {"pi", Kind::kName, "pi", "π"},
    {"pmb", Kind::kArgument},
    {"psi", Kind::kName, "psi", "ψ"},
    {"r", Kind::kAccent, "", "", 0x030A},
    {"ref", Kind::kDropped},
    {"rho", Kind::kName, "rho", "ρ"},
    {"sec", Kind::kName, "sec", "sec"},
    {"sigma", Kind::kName, "sigma", "σ"},
    {"sin", Kind::kName, "sin", "sin"},
    {"sinh", Kind::kName, "sinh", "sinh"},
    {"ss", Kind::kLetters, "ss", "ß"},
    {"sup", Kind::kName, "sup", "sup"},
    {"t", Kind::kAccent, "", "", 0x0361},
    {"tan", Kind::kName, "tan", "tan"},
    {"tanh", Kind::kName, "tanh", "tanh"},
    {"tau", Kind::kName, "tau", "τ"},
    {"text", Kind::kArgument},
    {"textbf", Kind::kArgument},
    {"textit", Kind::kArgument},
    {"textmd", Kind::kArgument},
    {"textnormal", Kind::kArgument},
    {"textrm", Kind::kArgument},
    {"textsc", Kind::kArgument},
    {"textsf", Kind::kArgument},
    {"textsl", Kind::kArgument},
    {"textsubscript", Kind::kArgument},
    {"textsuperscript", Kind::kArgument},
    {"texttt", Kind::kArgument},
    {"textup", Kind::kArgument},
    {"th", Kind::kLetters, "th", "þ"},
    {"theta", Kind::kName, "theta", "θ"},
    {"tilde", Kind::kAccent, "", "", 0x0303},
    {"u", Kind::kAccent, "", "", 0x0306},
    {"uline", Kind::kArgument},
    {"underline", Kind::kArgument},
    {"uppercase", Kind::kArgument},
    {"upsilon", Kind::kName, "upsilon", "υ"},
    {"v", Kind::kAccent, "", "", 0x030C},
    {"varepsilon", Kind::kName, "epsilon", "ε"},
    {"varkappa", Kind::kName, "kappa", "ϰ"},
    {"varphi", Kind::kName, "phi", "φ"},
    {"varpi", Kind::kName, "pi", "ϖ"},
    {"varrho", Kind::kName, "rho", "ϱ"},
    {"varsigma", Kind::kName, "sigma", "ς"},
    {"vartheta", Kind::kName, "theta", "ϑ"},
    {"vec", Kind::kAccent, "", "", 0x20D7},
    {"vspace", Kind::kDropped},
    {"widehat", Kind::kAccent, "", "", 0x0302},
    {"widetilde", Kind::kAccent, "", "", 0x0303},
    {"xi", Kind::kName, "xi", "ξ"},
    {"zeta", Kind::kName, "zeta", "ζ"},
    // clang-format on
};

constexpr bool IsSorted() {
  for (size_t i = 1; i < std::size(kCommands); ++i) {
    if (!(kCommands[i - 1].name < kCommands[i].name)) return false;
  }
  return true;
}
static_assert(IsSorted(), "FindTexCommand searches by halves");

}  // namespace

const TexCommand* FindTexCommand(std::string_view name) {
  const auto* at =
      std::lower_bound(std::begin(kCommands), std::end(kCommands), name,
                       [](const TexCommand& command, std::string_view wanted) {
                         return command.name < wanted;
                       });
  return at != std::end(kCommands) && at->name == name ? at : nullptr;
}

char32_t MarkOfTexSymbol(char symbol) {
  switch (symbol) {
    case '`':
      return 0x0300;
    case '\'':
      return 0x0301;
    case '^':
      return 0x0302;
    case '~':
      return 0x0303;
    case '=':
      return 0x0304;
    case '.':
      return 0x0307;
    case '"':
      return 0x0308;
    default:
      return 0;
  }
}

}  // namespace paperwire::text

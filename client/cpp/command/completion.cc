#include "client/cpp/command/completion.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cpp/command/commands.h"
#include "client/cpp/command/context.h"
#include "service/base/strings.h"

namespace paperwire::command {
namespace {

// The values worth offering for a flag.
std::vector<std::string> ValuesOf(const FlagSpec& flag) {
  return flag.choices.empty() ? flag.hints : flag.choices;
}

// `text` between single quotes of a POSIX shell.
std::string Quoted(const std::string& text) {
  return StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// A case of bash that offers the values of one flag of one command, or of
// every command when `command` is "*".
std::string BashValueCase(const std::string& command, const FlagSpec& flag) {
  if (flag.kind == FlagKind::kSwitch) return "";
  std::string pattern = StrCat(command, ":--", flag.name);
  if (flag.letter != 0) {
    StrAppend(&pattern, "|", command, ":-", std::string(1, flag.letter));
  }
  const std::vector<std::string> values = ValuesOf(flag);
  std::string action = "return";  // some text that nobody can guess
  if (flag.kind == FlagKind::kFile) {
    action = "COMPREPLY=($(compgen -f -- \"$current\")); return";
  } else if (!values.empty()) {
    action = StrCat("_paperwire_words \"$current\" ",
                    Quoted(absl::StrJoin(values, " ")), "; return");
  }
  return StrCat("    ", pattern, ") ", action, " ;;\n");
}

std::string BashFlagNames(const CommandSpec& command) {
  std::vector<std::string> names;
  for (const FlagSpec& flag : FlagsOf(command)) {
    names.push_back(StrCat("--", flag.name));
  }
  return absl::StrJoin(names, " ");
}

std::vector<std::string> CommandNames() {
  std::vector<std::string> names;
  for (const CommandSpec& command : Commands()) names.push_back(command.name);
  return names;
}

// One flag for zsh's _arguments.
std::string ZshFlag(const FlagSpec& flag) {
  // Brackets and colons have a meaning there.
  const std::string help = absl::StrReplaceAll(
      flag.help, {{"\\", "\\\\"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
  std::string value;
  if (flag.kind != FlagKind::kSwitch) {
    const std::vector<std::string> values = ValuesOf(flag);
    const std::string name = absl::StrReplaceAll(flag.value, {{":", "\\:"}});
    value =
        StrCat(":", name, ":",
               flag.kind == FlagKind::kFile ? "_files"
               : values.empty()             ? " "
                                : StrCat("(", absl::StrJoin(values, " "), ")"));
  }
  const std::string many = flag.many ? "*" : "";
  const std::string assign = value.empty() ? "" : "=";
  std::string lines = StrCat(
      "        ",
      Quoted(StrCat(many, "--", flag.name, assign, "[", help, "]", value)),
      " \\\n");
  if (flag.letter != 0) {
    StrAppend(&lines, "        ",
              Quoted(StrCat(many, "-", std::string(1, flag.letter),
                            value.empty() ? "" : "+", "[", help, "]", value)),
              " \\\n");
  }
  return lines;
}

std::string ZshWords(const CommandSpec& command) {
  const std::vector<std::string> choices = ChoicesOf(command);
  if (!choices.empty()) {
    return StrCat("'1:word:(", absl::StrJoin(choices, " "), ")'",
                  command.max_arguments > 1 ? " '*:word: '" : "");
  }
  return command.argument_kind == ArgumentKind::kFiles  ? "'*:file:_files'"
         : command.argument_kind == ArgumentKind::kNone ? "':: :'"
                                                        : "'*:word: '";
}

std::string FishFlag(const std::string& condition, const FlagSpec& flag) {
  const std::vector<std::string> values = ValuesOf(flag);
  std::string line =
      StrCat("complete -c paperwire ", condition, "-l ", flag.name);
  if (flag.letter != 0) {
    StrAppend(&line, " -s ", std::string(1, flag.letter));
  }
  if (flag.kind == FlagKind::kFile) {
    StrAppend(&line, " -r -F");
  } else if (flag.kind != FlagKind::kSwitch) {
    StrAppend(&line, " -x");
    if (!values.empty()) {
      StrAppend(&line, " -a '", absl::StrJoin(values, " "), "'");
    }
  }
  const std::string help =
      absl::StrReplaceAll(flag.help, {{"\\", "\\\\"}, {"'", "\\'"}});
  return StrCat(line, " -d '", help, "'\n");
}

int RunCompletion(Context& context) {
  const std::string& shell = context.args.words[0];
  context.out.Write(shell == "bash"  ? BashCompletion()
                    : shell == "zsh" ? ZshCompletion()
                                     : FishCompletion());
  return context.Done();
}

}  // namespace

std::string BashCompletion() {
  std::string values, flags, words;
  for (const FlagSpec& flag : GlobalFlags()) {
    StrAppend(&values, BashValueCase("*", flag));
  }
  for (const CommandSpec& command : Commands()) {
    for (const FlagSpec& flag : command.flags) {
      StrAppend(&values, BashValueCase(command.name, flag));
    }
    StrAppend(&flags, "      ", command.name,
              ") words=", Quoted(BashFlagNames(command)), " ;;\n");
    const std::vector<std::string> choices = ChoicesOf(command);
    if (!choices.empty()) {
      StrAppend(&words, "    ", command.name,
                ") _paperwire_choice \"$current\" ",
                Quoted(absl::StrJoin(choices, " ")), " ;;\n");
    } else if (command.argument_kind == ArgumentKind::kFiles) {
      StrAppend(&words, "    ", command.name,
                ") COMPREPLY=($(compgen -f -- \"$current\")) ;;\n");
    }
  }
  std::vector<std::string> global;
  for (const FlagSpec& flag : GlobalFlags()) {
    global.push_back(StrCat("--", flag.name));
  }
  return StrCat(
      R"(# bash completion of paperwire. For one shell:
#   source <(paperwire completion bash)
# For all of them:
#   paperwire completion bash > ~/.local/share/bash-completion/completions/paperwire

# Offers those of the words $2 that $1 begins; after a comma, the next one.
_paperwire_words() {
  local before=""
  [[ $1 == *,* ]] && before=${1%,*},
  COMPREPLY=($(compgen -P "$before" -W "$2" -- "${1##*,}"))
}

# The same, unless one of them stands behind the command (word i) already.
_paperwire_choice() {
  local word
  for word in "${COMP_WORDS[@]:i+1:COMP_CWORD-i-1}"; do
    [[ " $2 " == *" $word "* ]] && return
  done
  _paperwire_words "$@"
}

_paperwire() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  local command="" words="" i
  COMPREPLY=()
  # "--flag=value" comes as three words.
  if [[ $current == = ]]; then
    current=""
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --server|--color|--timeout) [[ ${COMP_WORDS[i+1]} == = ]] || ((i++)) ;;
      -*|=) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command:$previous in
)",
      values, R"(  esac
  if [[ $current == -* ]]; then
    case $command in
)",
      flags, "      *) words=", Quoted(absl::StrJoin(global, " ")),
      R"( ;;
    esac
    _paperwire_words "$current" "$words"
    return
  fi
  case $command in
    "") _paperwire_words "$current" )",
      Quoted(absl::StrJoin(CommandNames(), " ")), " ;;\n", words,
      R"(  esac
}

complete -F _paperwire paperwire
)");
}

std::string ZshCompletion() {
  std::string commands, cases, global;
  for (const FlagSpec& flag : GlobalFlags()) {
    StrAppend(&global, ZshFlag(flag));
  }
  for (const CommandSpec& command : Commands()) {
    StrAppend(
        &commands, "        ",
        Quoted(StrCat(command.name, ":",
                      absl::StrReplaceAll(command.summary, {{":", "\\:"}}))),
        "\n");
    std::string flags;
    for (const FlagSpec& flag : FlagsOf(command)) {
      StrAppend(&flags, ZshFlag(flag));
    }
    StrAppend(&cases, "        ", command.name,
              ")\n          _arguments -s \\\n", flags, "        ",
              ZshWords(command), " ;;\n");
  }
  return StrCat(R"(#compdef paperwire
# zsh completion of paperwire. Put it into a folder of $fpath:
#   paperwire completion zsh > "${fpath[1]}/_paperwire"

_paperwire() {
  local context state state_descr line
  local -a commands
  typeset -A opt_args
  _arguments -C \
)",
                global, R"(        '1: :->command' \
        '*:: :->words'
  case $state in
    command)
      commands=(
)",
                commands, R"(      )
      _describe -t commands command commands ;;
    words)
      case $words[1] in
)",
                cases, R"(      esac ;;
  esac
}

if [[ $funcstack[1] == _paperwire ]]; then
  _paperwire "$@"
else
  compdef _paperwire paperwire
fi
)");
}

std::string FishCompletion() {
  std::string text = R"(# fish completion of paperwire:
#   paperwire completion fish > ~/.config/fish/completions/paperwire.fish
complete -c paperwire -f

# The words that are no flags: the command first.
function __paperwire_words
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case --server --color --timeout
                set -e words[1]
            case '-*'
            case '*'
                echo $words[1]
        end
        set -e words[1]
    end
end
function __paperwire_in --description 'Whether this is the command'
    set -l words (__paperwire_words)
    test "$words[1]" = $argv[1]
end
function __paperwire_behind --description '... and nothing stands behind it'
    set -l words (__paperwire_words)
    test "$words" = $argv[1]
end

)";
  for (const FlagSpec& flag : GlobalFlags()) {
    StrAppend(&text, FishFlag("", flag));
  }
  for (const CommandSpec& command : Commands()) {
    StrAppend(&text, "complete -c paperwire -n __fish_use_subcommand -a ",
              command.name, " -d '",
              absl::StrReplaceAll(command.summary, {{"'", "\\'"}}), "'\n");
    const std::string condition =
        StrCat("-n '__paperwire_in ", command.name, "' ");
    for (const FlagSpec& flag : command.flags) {
      StrAppend(&text, FishFlag(condition, flag));
    }
    const std::vector<std::string> choices = ChoicesOf(command);
    if (!choices.empty()) {
      StrAppend(&text, "complete -c paperwire -n '__paperwire_behind ",
                command.name, "' -a '", absl::StrJoin(choices, " "), "'\n");
    } else if (command.argument_kind == ArgumentKind::kFiles) {
      StrAppend(&text, "complete -c paperwire ", condition, "-F\n");
    }
  }
  return text;
}

CommandSpec CompletionCommand() {
  return {
      .name = "completion",
      .argument_kind = ArgumentKind::kChoice,
      .arguments = "bash|zsh|fish",
      .choices = {"bash", "zsh", "fish"},
      .min_arguments = 1,
      .max_arguments = 1,
      .summary = "Print a script that completes this command in a shell",
      .examples = {{"bash, in this shell",
                    "source <(paperwire completion bash)"},
                   {"zsh, for good",
                    "paperwire completion zsh > \"${fpath[1]}/_paperwire\""},
                   {"fish, for good",
                    "paperwire completion fish > "
                    "~/.config/fish/completions/paperwire.fish"}},
      .run = RunCompletion};
}

}  // namespace paperwire::command

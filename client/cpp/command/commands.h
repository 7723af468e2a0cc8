// The commands, one function and one source for each.

#ifndef PAPERWIRE_CLIENT_CPP_COMMAND_COMMANDS_H_
#define PAPERWIRE_CLIENT_CPP_COMMAND_COMMANDS_H_

#include "client/cpp/command/spec.h"

namespace paperwire::command {

CommandSpec SearchCommand();         // search_command.cc
CommandSpec SuggestCommand();        // suggest_command.cc
CommandSpec SimilarCommand();        // similar_command.cc
CommandSpec GetCommand();            // get_command.cc
CommandSpec ListCommand();           // list_command.cc
CommandSpec TrendingCommand();       // trending_command.cc
CommandSpec DaysCommand();           // days_command.cc
CommandSpec VoteCommand();           // vote_command.cc
CommandSpec PickCommand();           // pick_command.cc
CommandSpec SignalCommand();         // signal_command.cc
CommandSpec WatchCommand();          // watch_command.cc
CommandSpec SubscribeCommand();      // subscribe_command.cc
CommandSpec SubscriptionsCommand();  // subscriptions_command.cc
CommandSpec WebhookCommand();        // webhook_command.cc
CommandSpec DigestCommand();         // digest_command.cc
CommandSpec BacktestCommand();       // backtest_command.cc
CommandSpec ImportCommand();         // import_command.cc
CommandSpec HarvestCommand();        // harvest_command.cc
CommandSpec ExportCommand();         // export_command.cc
CommandSpec StatusCommand();         // status_command.cc
CommandSpec ChangesCommand();        // changes_command.cc
CommandSpec SplitCommand();          // split_command.cc
CommandSpec DeleteCommand();         // delete_command.cc
CommandSpec CompletionCommand();     // completion.cc
CommandSpec HelpCommand();           // help.cc
CommandSpec VersionCommand();        // version_command.cc

}  // namespace paperwire::command

#endif  // PAPERWIRE_CLIENT_CPP_COMMAND_COMMANDS_H_

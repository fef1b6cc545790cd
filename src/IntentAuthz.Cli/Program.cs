using IntentAuthz.Cli;

return await IntentAuthzCommand.RunAsync(args, new()).ConfigureAwait(false);

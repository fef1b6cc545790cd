using IntentAuthz.Cli;

return IntentAuthzCommand.Create().Parse(args).Invoke();

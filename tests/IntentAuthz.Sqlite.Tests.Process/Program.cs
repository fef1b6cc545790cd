using IntentAuthz;
using IntentAuthz.Sqlite;
using IntentAuthz.Sqlite.Tests;

// One line a command on standard input, one line an answer: a process that shares the file, for the tests to ask and to kill.
using SqliteState state = SqliteState.Open(new SqliteStateOptions { Path = args[0], BusyTimeout = TimeSpan.FromSeconds(30) });
Console.WriteLine("ready");
while (Console.ReadLine() is { } line)
{
    string[] words = line.Split(' ');
    switch (words[0])
    {
        case "lease":
            for (int i = 0; i < int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture); i++)
            {
                await state.Leases.AddAsync(Samples.Lease(), CancellationToken.None);
            }

            Console.WriteLine("added");
            break;
        case "lease-on": // says each id once it is durable, until it is killed
            while (true)
            {
                Lease lease = Samples.Lease();
                await state.Leases.AddAsync(lease, CancellationToken.None);
                Console.WriteLine(lease.Id.Value);
            }

        case "task":
            for (int i = 0; i < int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture); i++)
            {
                await state.Tasks.AddAsync(Samples.Task(), CancellationToken.None);
            }

            Console.WriteLine("added");
            break;
        case "claim":
            List<string> claimed = [];
            foreach (string id in words[1..])
            {
                if (await state.Tasks.ClaimAsync(Samples.Tenant, new TaskId(id), new string('a', 64), CancellationToken.None) is not null)
                {
                    claimed.Add(id);
                }
            }

            Console.WriteLine(string.Join(' ', claimed));
            break;
        case "take":
            Console.WriteLine(string.Join(' ', (await state.Leases.TakeOverAsync(CancellationToken.None)).Select(static l => l.Id.Value)));
            break;
        case "revoke":
            await state.Revocations.AddAsync(Samples.Revocation(words[1]), CancellationToken.None);
            Console.WriteLine("revoked");
            break;
        case "lift":
            await state.Revocations.LiftAsync(Samples.Revocation(words[1]).Target, CancellationToken.None);
            Console.WriteLine("lifted");
            break;
        default:
            return 2;
    }
}

return 0;

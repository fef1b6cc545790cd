using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>Tells of incidents in the host's log, event 1030: a critical incident as critical, a high one as error, others as warnings.</summary>
public sealed partial class LoggerIncidentSink : IIncidentSink
{
    private readonly ILogger _logger;

    /// <summary>Makes a sink.</summary>
    /// <param name="logger">Where to.</param>
    public LoggerIncidentSink(ILogger<LoggerIncidentSink> logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        _logger = logger;
    }

    /// <inheritdoc/>
    public ValueTask NotifyAsync(IncidentNotice notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        Incident incident = notice.Incident;
        LogLevel level = incident.Severity switch
        {
            IncidentSeverity.Critical => LogLevel.Critical,
            IncidentSeverity.High => LogLevel.Error,
            _ => LogLevel.Warning,
        };
        string subject = ShownText.Of(incident.Subject.ToString(), 300);
        string owner = ShownText.Of(incident.Owner, 256);
        LogNotice(
            level, incident.Id, notice.Entry.Kind, incident.Severity, incident.State, subject, owner, notice.Entry.By, notice.Entry.Text);
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(EventId = 1030, Message = "Incident {Incident}: {Step}. It is {Severity} and {State}, about {Subject}, owned by '{Owner}'. By {By}: {Text}")]
    private partial void LogNotice(
        LogLevel level, IncidentId incident, IncidentEntryKind step, IncidentSeverity severity, IncidentState state, string subject, string owner, string by, string text);
}

namespace IntentAuthz;

/// <summary>Is shown the records of a log while it is verified. What it is given is valid during the call.</summary>
/// <param name="place">Where the line stands: the file, and the line's number in it from 1.</param>
/// <param name="number">The number that the line gives itself.</param>
/// <param name="line">The whole line, without its end.</param>
/// <param name="record">The record in it.</param>
internal delegate void AuditRecordReader((string File, long Line) place, long number, ReadOnlySpan<byte> line, ReadOnlySpan<byte> record);

namespace IntentAuthz.Credentials.PostgreSql.Tests;

public sealed class ScramVerifierTests
{
    /// <summary>RFC 7677, section 3: the keys follow from its example's password, salt and count.</summary>
    [Fact]
    public void Of_TheRfcsExample_VerifiesTheRfcsProof()
    {
        byte[] salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        string verifier = ScramVerifier.Of("pencil"u8, salt);
        byte[] stored = Convert.FromBase64String(verifier.Split('$')[2].Split(':')[0]);
        byte[] server = Convert.FromBase64String(verifier.Split('$')[2].Split(':')[1]);

        byte[] message = System.Text.Encoding.UTF8.GetBytes(
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        byte[] signature = System.Security.Cryptography.HMACSHA256.HashData(stored, message);
        byte[] key = [.. Convert.FromBase64String("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").Zip(signature, static (a, b) => (byte)(a ^ b))];

        Assert.Equal(stored, System.Security.Cryptography.SHA256.HashData(key));
        Assert.Equal("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(server, message)));
    }
}

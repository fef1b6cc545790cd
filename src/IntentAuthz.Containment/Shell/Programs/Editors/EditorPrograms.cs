namespace IntentAuthz.Containment;

/// <summary>Editors and viewers with a command language: what is typed or configured decides what happens.</summary>
internal static class EditorPrograms
{
    public const string Declarations = """
        program vim vi nvim view vimdiff ex rvim rview gvim vimtutor
          exits --version --help -h
          foreign
          write -wW
          read -sS
          operands change*
        program nano pico rnano micro joe jed kak helix hx mg ne
          exits --version -V --help
          foreign
          operands change*
        program emacs emacsclient xemacs zile
          exits --version
          foreign
          operands change*
        program ed red
          exits --version --help
          foreign
          operands change*
        program code code-insiders codium subl atom gedit kate notepadqq mate xdg-open open sensible-browser sensible-editor sensible-pager editor pager gnome-open run-mailcap see edit xdg-mime
          exits --version
          foreign
          operands change*
        program man apropos whatis info help2man tldr cheat
          exits --version -V
          foreign
          operands text*
        program groff troff nroff pic tbl eqn refer lilypond latex pdflatex xelatex lualatex tex pdftex bibtex latexmk pandoc asciidoctor asciidoc
          exits --version -version -v
          foreign
          operands read*
        program convert magick identify mogrify montage ffmpeg ffprobe ffplay sox gs ghostscript ps2pdf pdftotext pdftk qpdf inkscape gimp dot graphviz plantuml gnuplot exiftool potrace tesseract soffice libreoffice
          exits -version --version -v
          foreign
          operands path*
        """;
}

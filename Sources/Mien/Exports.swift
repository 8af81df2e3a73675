// `import Mien` is all that a program needs: sources, boxes and expressions come with it.
@_exported public import MienCapture
@_exported public import MienImage
@_exported public import MienVision

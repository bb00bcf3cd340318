"""Sends what a window manager sends when its cross is clicked (ICCCM 4.2.8.1) to the window of this title."""
import ctypes
import sys

x = ctypes.CDLL("libX11.so.6")
Window = Atom = ctypes.c_ulong
x.XOpenDisplay.restype = ctypes.c_void_p
x.XDefaultRootWindow.restype = Window
x.XInternAtom.restype = Atom


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("window", Window), ("message_type", Atom), ("format", ctypes.c_int), ("data", ctypes.c_long * 5)]


class Event(ctypes.Union):
    _fields_ = [("message", ClientMessage), ("pad", ctypes.c_long * 24)]


def named(display, window, title):
    name = ctypes.c_char_p()
    if x.XFetchName(display, Window(window), ctypes.byref(name)) and name.value == title:
        yield window
    root, parent, children, count = Window(), Window(), ctypes.POINTER(Window)(), ctypes.c_uint()
    x.XQueryTree(display, Window(window), *map(ctypes.byref, (root, parent, children, count)))
    for index in range(count.value):
        yield from named(display, children[index], title)


display = ctypes.c_void_p(x.XOpenDisplay(None))
found = list(named(display, x.XDefaultRootWindow(display), sys.argv[1].encode()))
assert found, "no window of this title"
protocols, delete = (x.XInternAtom(display, name, False) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
for window in found:
    event = Event()
    event.message = ClientMessage(33, 0, 1, display, window, protocols, 32, (ctypes.c_long * 5)(delete, 0))
    x.XSendEvent(display, Window(window), False, ctypes.c_long(0), ctypes.byref(event))
x.XFlush(display)
x.XSync(display, False)
